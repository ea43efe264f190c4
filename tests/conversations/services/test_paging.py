from hypothesis import given
from hypothesis import strategies as st

from conversations.models import Message
from conversations.services.paging import Stretch, span_of

BRANCHES = st.lists(st.integers(1, 10**6), unique=True, max_size=120).map(sorted)


def shown(span):
    return list(span.keys[span.before :])


@given(BRANCHES, st.integers(1, 50))
def test_page_by_page_upwards_every_message_is_shown_once(branch, page):
    span = span_of(branch, Stretch(page))
    found = shown(span)
    while span.has_earlier:
        above = branch[: branch.index(found[0])]
        span = span_of(above, Stretch(page, "above", Message(pk=found[0])))
        assert 0 < len(shown(span)) <= page
        found = shown(span) + found
    assert found == branch


@given(BRANCHES.filter(bool), st.integers(1, 50), st.data())
def test_from_a_message_one_comes_to_the_end_downwards(branch, page, data):
    message = Message(pk=data.draw(st.sampled_from(branch)))
    span = span_of(branch, Stretch(page, "around", message))
    found = shown(span)
    assert message.pk in found
    while span.has_later:
        span = span_of(branch, Stretch(page, "below", Message(pk=found[-1])))
        found += shown(span)
    assert found == branch[branch.index(found[0]) :]


def test_without_a_page_all_is_shown():
    assert shown(span_of([1, 2, 3], Stretch())) == [1, 2, 3]


def test_a_message_of_another_branch_leads_to_the_newest():
    assert shown(span_of([1, 2, 3, 4], Stretch(2, "around", Message(pk=9)))) == [3, 4]
