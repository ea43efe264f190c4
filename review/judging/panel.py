"""What the panel “Judgement” shows to one reader: their own verdict, then those of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import User
from conversations.models import Conversation, Reply
from conversations.services.replies import REPLY_LENGTH, replies_to
from review.models import Label, Note, Placement, Score, State, Step, Sticker, Verdict
from review.models.judging import NOTE_LENGTH

from .definitions import offered_labels, offered_scores
from .verdicts import SETTLING, Opinion


@dataclass(slots=True)
class Told:
    """A verdict with what it says."""

    verdict: Verdict
    labels: list[Label] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)

    @property
    def opinion(self) -> Opinion:
        return Opinion(self.verdict.state, self.labels, [placement.step for placement in self.placements])

    @property
    def moment(self) -> str:
        """When it was given, so that a form can say which one was looked at."""
        return self.verdict.updated_at.isoformat()


@dataclass(frozen=True, slots=True)
class Choice:
    """A label or a step that can be chosen."""

    what: Label | Step
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A score with its steps."""

    score: Score
    steps: list[Choice]

    @property
    def is_open(self) -> bool:
        return not any(step.is_chosen for step in self.steps)

    @property
    def has_meanings(self) -> bool:
        return any(isinstance(step.what, Step) and step.what.meaning for step in self.steps)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a verdict is written with, filled with one that is there or was just typed."""

    state: str
    labels: list[Choice]
    scores: list[Question]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What `reader` sees. The verdicts and notes of others are there once they gave their own."""

    fields: Fields
    is_given: bool
    may_settle: bool
    settled: Told | None
    settling: Fields | None
    others: list[Told]
    waiting: int
    notes: list[Note]
    replies: list[Reply]
    states: list[tuple[str, str]]
    note_length: int = NOTE_LENGTH
    reply_length: int = REPLY_LENGTH

    @property
    def about_it(self) -> list[Note]:
        """The notes on the conversation as a whole."""
        return [note for note in self.notes if note.message_id is None]

    @property
    def elsewhere(self) -> int:
        """How many notes stand at messages."""
        return len(self.notes) - len(self.about_it)


def judgement_of(
    conversation: Conversation, reader: User, *, typed: Opinion | None = None, settling: Opinion | None = None
) -> Judgement:
    """Return the panel about `conversation` for `reader`, in a constant number of queries.

    `typed` and `settling` are what was just refused, so that it stands in the form again.
    """
    told = verdicts_on(conversation)
    mine = next((one for one in told if is_own(one.verdict, reader)), None)
    settled = next((one for one in told if one.verdict.settles), None)
    others = [
        one
        for one in told
        if one.verdict.is_given and not one.verdict.settles and not is_own(one.verdict, reader)
    ]
    is_given = mine is not None and mine.verdict.is_given
    may_settle = reader.has_perm(SETTLING) and is_given
    labels = offered_labels(kept=[label.pk for one in told for label in one.labels])
    scores = offered_scores(kept=[placement.score_id for one in told for placement in one.placements])
    own = typed or (mine.opinion if mine else Opinion(State.UNREVIEWED))
    counting = settling or (settled or mine or Told(Verdict())).opinion
    notes = Note.objects.filter(conversation=conversation).select_related("author", "message")
    return Judgement(
        fields=fields_with(own, labels, scores),
        is_given=is_given,
        may_settle=may_settle,
        settled=settled if is_given else None,
        settling=fields_with(counting, labels, scores) if may_settle else None,
        others=others if is_given else [],
        waiting=0 if is_given else len(others) + bool(settled),
        notes=list(notes if is_given else notes.filter(author=reader)),
        replies=replies_to(conversation),
        states=[(value, str(label)) for value, label in State.choices],
    )


def is_own(verdict: Verdict, reader: User) -> bool:
    return verdict.reviewer_id == reader.pk and not verdict.settles


def verdicts_on(conversation: Conversation) -> list[Told]:
    """Return all verdicts on `conversation` with what they say, in three queries."""
    verdicts = Verdict.objects.filter(conversation=conversation).select_related("reviewer")
    told = {verdict.pk: Told(verdict) for verdict in verdicts}
    for sticker in (
        Sticker.objects.filter(verdict__in=list(told)).select_related("label").order_by("label__name")
    ):
        told[sticker.verdict_id].labels.append(sticker.label)
    placements = Placement.objects.filter(verdict__in=list(told)).select_related("score", "step")
    for placement in placements.order_by("score__name"):
        told[placement.verdict_id].placements.append(placement)
    return list(told.values())


def fields_with(opinion: Opinion, labels: Sequence[Label], scores: Sequence[Score]) -> Fields:
    """Return what can be chosen, with `opinion` chosen; what is archived only where it was chosen."""
    chosen, steps = {label.pk for label in opinion.labels}, {step.pk for step in opinion.steps}
    asked = [
        Question(score, [Choice(step, step.pk in steps) for step in score.steps.all()]) for score in scores
    ]
    return Fields(
        state=opinion.state,
        labels=[Choice(one, one.pk in chosen) for one in labels if one.pk in chosen or not one.archived],
        scores=[one for one in asked if not one.score.archived or not one.is_open],
    )


def notes_by_message(notes: Sequence[Note]) -> dict[int, list[Note]]:
    """Return those of `notes` that are about a message, by its key."""
    found: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        if note.message_id is not None:
            found[note.message_id].append(note)
    return found
