"""How far reviewers agree: against published figures, and as the page tells it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.judging import agreement as module
from review.judging.agreement import NOMINAL, ORDINAL, agreement
from review.judging.verdicts import Opinion, give_verdict
from review.models import AccessRule, Mode
from review.models.judging import Scale
from tests.factories import make_conversation

from .judges import make_label, make_reviewer, make_score, opinion, settled

PAGE = "/review/agreement/"
# K. Krippendorff, Computing Krippendorff’s Alpha-Reliability (2011), example C: four observers, 12 units.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = {
    unit: {rater: row[unit] for rater, row in enumerate(OBSERVERS) if row[unit] is not None}
    for unit in range(12)
}


@pytest.mark.parametrize(("level", "alpha"), [(NOMINAL, 0.743), (ORDINAL, 0.815)])
def test_alpha_is_as_published(level, alpha):
    found = agreement("Published", UNITS, [1, 2, 3, 4, 5], level)

    assert found.alpha == pytest.approx(alpha, abs=0.001)
    assert (found.units, found.raters) == (11, 4)


@given(st.lists(st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=4), min_size=1, max_size=8))
def test_who_always_agrees_has_one_and_nobody_has_more(units):
    said = {number: dict(enumerate(values)) for number, values in enumerate(units)}
    found = agreement("Any", said, [1, 2, 3], ORDINAL)
    same = {number: dict.fromkeys(raters, raters[0]) for number, raters in said.items()}
    agreed = agreement("Same", same, [1, 2, 3], ORDINAL)

    assert found.alpha is None or found.alpha <= 1
    assert 0 <= found.same <= found.pairs
    assert agreed.percent == 100
    if agreed.alpha is None:
        assert len({value for raters in same.values() for value in raters.values()}) == 1
    else:
        assert agreed.alpha == pytest.approx(1)


def test_without_variation_there_is_no_alpha_and_a_sentence_says_so():
    found = agreement("Same", {1: {1: 5, 2: 5}}, [5, 6], NOMINAL)
    assert (found.alpha, found.percent) == (None, 100)
    assert "always said the same" in found.reading
    assert agreement("None", {1: {1: 5}}, [5, 6], NOMINAL).percent is None
    assert module.alpha([Counter({1: 1, 2: 1})], [1], NOMINAL) is None


@pytest.fixture
def judged(db, ada):
    """Three conversations of which two people think the same, and one of which they do not."""
    spam, score = make_label("Spam"), make_score("Help", Scale.FIVE)
    people = [make_reviewer("ravi"), make_reviewer("rosa")]
    steps = list(score.steps.all())
    for number in range(4):
        talk = make_conversation(ada, f"Talk {number}", "Yes.")
        for place, person in enumerate(people):
            step = steps[number] if number < 3 else steps[place]
            labels = [spam] if number == 0 else []
            give_verdict(talk, reviewer=person, opinion=Opinion("reviewed", labels, [step]))
    alone = make_conversation(ada, "Alone", "Yes.")
    settled(alone, make_reviewer("sara", settles=True), opinion("reviewed", spam))
    return score


def test_the_page_tells_units_raters_pairs_and_how_to_read_them(judged, client_of):
    response = client_of(make_reviewer("rita")).get(PAGE)
    page = response.content.decode()

    rows = {row.name: row for row in response.context["agreements"].rows}
    assert (rows["Help"].units, rows["Help"].raters, rows["Help"].pairs, rows["Help"].same) == (4, 2, 4, 3)
    assert rows["Spam"].alpha == pytest.approx(1)
    assert "Krippendorff’s alpha takes out what chance would give" in page
    assert "75 %" in page


def test_without_the_library_percent_agreement_stands_there_under_its_name(judged, client_of, monkeypatch):
    monkeypatch.setattr(module, "library", lambda: None)
    page = client_of(make_reviewer("rita")).get(PAGE).content.decode()

    assert "needs a library that is not installed" in page
    assert ">Alpha<" not in page
    assert "75 %" in page


def test_only_what_one_may_read_counts_and_the_page_is_for_readers(judged, client_of, bob):
    AccessRule.objects.create(mode=Mode.CLOSED)
    page = client_of(make_reviewer("rita")).get(PAGE).content.decode()

    assert "As soon as two people" in page
    assert client_of(bob).get(PAGE).status_code == 404


def test_the_page_takes_as_many_queries_however_many_judged(
    judged, client_of, ada, django_assert_max_num_queries
):
    desk = client_of(make_reviewer("rita"))
    desk.get(PAGE)
    with django_assert_max_num_queries(16):
        desk.get(PAGE)
