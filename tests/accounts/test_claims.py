"""What the organisation's own sign-in says of how it made sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.claims import proved_twice

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["amr", "acr", "id_token"]), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "gold"}, True),
        ({"amr": ["pwd"], "acr": "silver"}, False),
        ({"amr": ["MFA"]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_the_id_token_says_it_in_the_words_that_the_site_takes(token, says, settings):
    settings.OIDC_SECOND_FACTOR = ["mfa", "gold"]

    assert proved_twice({"id_token": token, "userinfo": {"amr": ["pwd"]}}) == says


def test_what_is_told_apart_from_the_id_token_says_nothing(settings):
    settings.OIDC_SECOND_FACTOR = ["mfa"]

    assert not proved_twice({"userinfo": {"amr": ["mfa"]}})


def test_a_site_may_trust_its_provider_whatever_it_says_and_does_not_unless_told_to(settings):
    settings.OIDC_SECOND_FACTOR = []
    assert not proved_twice({"id_token": {"amr": ["mfa"]}})
    settings.OIDC_SECOND_FACTOR = ["always"]
    assert proved_twice({})


@given(facts=st.dictionaries(st.sampled_from(["id_token", "userinfo"]), anything))
def test_whatever_a_provider_sends_is_read_without_a_fault(facts):
    assert proved_twice(facts) is False
