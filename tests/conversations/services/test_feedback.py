"""A thumb under an answer: one, its owner's, changeable, and gone without a trace when taken back."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conversations.models import Feedback, Reason, Status, Thumb
from conversations.models.feedback import REASONS
from conversations.services.errors import Conflict, Refusal
from conversations.services.feedback import (
    WORDS_AT_MOST,
    explain_feedback,
    rate_answer,
    reasons_for,
    remove_feedback,
)
from tests.factories import make_conversation, make_user


@pytest.fixture
def answer(ada):
    return make_conversation(ada, "What do otters eat?", "Fish.").leaf


def facts() -> list[tuple[str, list[str], str]]:
    return list(Feedback.objects.values_list("thumb", "reasons", "words"))


def test_a_thumb_is_kept_changed_and_taken_back(answer):
    rate_answer(answer, thumb="up")
    assert facts() == [("up", [], "")]
    rate_answer(answer, thumb="down")
    assert facts() == [("down", [], "")]
    remove_feedback(answer)
    assert facts() == []
    remove_feedback(answer)


def test_the_same_thumb_again_keeps_why(answer):
    explain_feedback(answer, thumb="down", reasons=["wrong"], words="Crabs too.")
    rate_answer(answer, thumb="down")
    assert facts() == [("down", ["wrong"], "Crabs too.")]


def test_the_other_thumb_begins_anew(answer):
    explain_feedback(answer, thumb="down", reasons=["wrong"], words="Crabs too.")
    rate_answer(answer, thumb="up")
    assert facts() == [("up", [], "")]


def test_only_reasons_of_the_thumb_are_kept_each_once_and_in_order(answer):
    explain_feedback(answer, thumb="down", reasons=["style", "clear", "wrong", "wrong", "forged"], words="")
    assert facts() == [("down", ["wrong", "style"], "")]
    assert Feedback.objects.get().reason_labels == ["Not correct", "Tone or length"]


def test_too_many_words_are_refused_and_what_was_said_stays(answer):
    explain_feedback(answer, thumb="down", reasons=[], words="x" * WORDS_AT_MOST)
    with pytest.raises(Refusal, match="2,001 characters"):
        explain_feedback(answer, thumb="down", reasons=[], words="y" * (WORDS_AT_MOST + 1))
    assert facts() == [("down", [], "x" * WORDS_AT_MOST)]


def test_only_answers_that_have_ended_are_rated(answer):
    with pytest.raises(Refusal, match="Only answers"):
        rate_answer(answer.parent, thumb="up")
    answer.generation.status = Status.RUNNING
    with pytest.raises(Conflict):
        rate_answer(answer, thumb="up")
    with pytest.raises(Conflict):
        explain_feedback(answer, thumb="up", reasons=[], words="")


def test_every_reason_belongs_to_one_thumb():
    assert sorted(reason for reasons in REASONS.values() for reason in reasons) == sorted(Reason)
    assert reasons_for("up")[0] == ("correct", "Correct")


def test_the_database_keeps_one_for_each_answer_and_no_third_thumb(answer):
    rate_answer(answer, thumb="up")
    for fields in ({"thumb": "down"}, {"thumb": "left"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Feedback.objects.create(message=answer, **fields)


class Words(TestCase):
    """A property: whatever is typed, it is kept as typed or refused in a sentence."""

    @given(words=st.text(st.characters(), max_size=60), thumb=st.sampled_from(Thumb))
    def test_are_kept_or_refused(self, words, thumb):
        answer = make_conversation(make_user("ada"), "What do otters eat?", "Fish.").leaf

        explain_feedback(answer, thumb=thumb, reasons=[], words=words)

        kept = Feedback.objects.get().words
        assert (
            kept == words.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()
        )
