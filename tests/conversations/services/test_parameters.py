"""Whatever is typed, a model is sent only what it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.forms import SettingsForm
from conversations.models import ChatModel
from conversations.services.parameters import abilities_of, fit, tokens_asked

SONNET = ChatModel(name="anthropic/claude-sonnet-4", output_limit=4096)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
TYPED = st.one_of(
    NUMBERS.map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.from_regex(r"[+-]?[0-9]{0,320}[.,]?[0-9]{0,5}([eE][+-]?[0-9]{1,4})?", fullmatch=True),
    st.text(max_size=12),
)
ANYTHING = st.one_of(
    st.none(), st.booleans(), NUMBERS, st.floats(), st.text(), st.lists(st.text()), st.just({})
)


@given(temperature=NUMBERS, top_p=NUMBERS, max_tokens=NUMBERS)
def test_any_number_is_held_to_the_range_of_the_model(temperature, top_p, max_tokens):
    kept = fit({"temperature": temperature, "top_p": top_p, "max_tokens": max_tokens}, SONNET)

    if "temperature" in kept:  # an integer of hundreds of digits is none
        assert 0 <= kept["temperature"] <= 1
    if "top_p" in kept:
        assert 0.01 <= kept["top_p"] <= 1
    if "max_tokens" in kept:
        assert isinstance(kept["max_tokens"], int)
        assert 1 <= kept["max_tokens"] <= 4096


@given(typed=TYPED)
def test_whatever_is_typed_is_kept_within_the_range_or_told(typed):
    form = SettingsForm({"temperature": typed})
    form.keep_only(abilities_of(SONNET))

    if form.is_valid():
        kept = fit(form.chosen, SONNET)
        assert "temperature" not in kept or 0 <= kept["temperature"] <= 1
    else:
        assert form.errors["temperature"]
        assert form["temperature"].value() == typed


@given(
    chosen=st.dictionaries(
        st.sampled_from(["temperature", "top_p", "max_tokens", "effort", "stop", "x"]), ANYTHING
    )
)
def test_whatever_is_stored_nothing_but_what_is_taken_is_sent(chosen):
    kept = fit(chosen, SONNET)

    assert kept.keys() <= {"temperature", "top_p", "max_tokens", "effort", "stop"}
    assert kept.get("effort", "low") in ("low", "medium", "high")
    assert all(isinstance(stop, str) and stop.strip() for stop in kept.get("stop", []))
    assert fit(kept, SONNET) == kept


@pytest.mark.parametrize(
    ("typed", "number"), [("0,7", 0.7), ("0.7", 0.7), ("1e-1", 0.1), (" 1 ", 1), ("−1", -1)]
)
def test_numbers_are_read_as_people_write_them(typed, number):
    form = SettingsForm({"temperature": typed})

    assert form.is_valid(), form.errors
    assert form.chosen["temperature"] == number


@pytest.mark.parametrize("typed", ["warm", "nan", "inf", "1e999", "1..2", "0x10", "١", "1_000"])
def test_what_is_no_number_is_told(typed):
    form = SettingsForm({"temperature": typed})

    assert not form.is_valid()
    assert form["temperature"].value() == typed


def test_what_a_row_says_goes_before_its_family():
    model = ChatModel(name="anthropic/claude-sonnet-4", ranges={"temperature": [0, 0.5]}, efforts=["low"])

    able = abilities_of(model)

    assert able.ranges == {"temperature": (0, 0.5)}
    assert able.efforts == ("low",)


@pytest.mark.parametrize("ranges", [[], "x", {"temperature": 1}, {"temperature": [2, 1]}, {"top_k": [0, 1]}])
def test_ranges_that_are_none_are_none(ranges):
    assert abilities_of(ChatModel(name="m", ranges=ranges)).ranges == {}


def test_what_claude_thinks_comes_on_top_of_the_answer():
    assert tokens_asked(fit({"effort": "low"}, SONNET), SONNET) == 4096 + 2000
    assert tokens_asked(fit({"max_tokens": 500}, SONNET), SONNET) == 500
    other = ChatModel(name="openai/o3", output_limit=4096)
    assert tokens_asked(fit({"effort": "low"}, other), other) == 4096
