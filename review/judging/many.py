"""Judging many conversations at once, and taking that back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from conversations.models import Conversation
from conversations.services.errors import Refusal
from review.models import Label, State, Sticker, Verdict

MOST_AT_ONCE = 500


class Undo(TypedDict):
    """What it takes to undo: verdicts and stickers that were made, and how the other verdicts stood."""

    made: list[int]
    stickers: list[int]
    stood: dict[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was done, in a sentence, and how to take it back."""

    sentence: str
    undo: Undo


@transaction.atomic
def mark_many(conversations: Collection[Conversation], *, reviewer: User, state: str) -> Judged:
    """Let `reviewer` say of all `conversations` that they are in `state`; raise Refusal for none."""
    refuse_count(conversations)
    if state not in State.values:
        raise Refusal(_("Say what is to be done with them."))
    verdicts, made = verdicts_on(conversations, reviewer)
    others = [verdict for verdict in verdicts if verdict.pk not in made and verdict.state != state]
    stood = {str(verdict.pk): verdict.state for verdict in others}
    Verdict.objects.filter(pk__in=[*made, *(int(pk) for pk in stood)]).update(
        state=state, updated_at=timezone.now()
    )
    count = len(verdicts)
    sentences = {
        State.REVIEWED: ngettext("%d conversation is reviewed.", "%d conversations are reviewed.", count),
        State.ATTENTION: ngettext(
            "%d conversation needs attention.", "%d conversations need attention.", count
        ),
        State.UNREVIEWED: ngettext(
            "%d conversation is unreviewed.", "%d conversations are unreviewed.", count
        ),
    }
    return Judged(sentences[State(state)] % count, {"made": list(made), "stickers": [], "stood": stood})


@transaction.atomic
def label_many(conversations: Collection[Conversation], *, reviewer: User, label: Label) -> Judged:
    """Let `reviewer` put `label` on all `conversations` that have it not; raise Refusal for none."""
    refuse_count(conversations)
    verdicts, made = verdicts_on(conversations, reviewer)
    has = set(Sticker.objects.filter(label=label, verdict__in=verdicts).values_list("verdict", flat=True))
    for verdict in verdicts:
        if verdict.pk not in has:
            Sticker.objects.create(verdict=verdict, label=label)
    new = Sticker.objects.filter(label=label, verdict__in=verdicts).exclude(verdict__in=has)
    sentence = ngettext(
        "%(count)d conversation has the label “%(label)s” of yours.",
        "%(count)d conversations have the label “%(label)s” of yours.",
        len(verdicts),
    )
    undo: Undo = {"made": list(made), "stickers": list(new.values_list("pk", flat=True)), "stood": {}}
    return Judged(sentence % {"count": len(verdicts), "label": label.name}, undo)


@transaction.atomic
def undo_many(reviewer: User, undo: Undo) -> None:
    """Put the verdicts of `reviewer` back as they were, as far as they are still there."""
    mine = Verdict.objects.of(reviewer)
    Sticker.objects.filter(pk__in=undo["stickers"], verdict__in=mine).delete()
    mine.filter(pk__in=undo["made"], placements=None, stickers=None).delete()
    mine.filter(pk__in=undo["made"]).update(state=State.UNREVIEWED)
    for state in State.values:
        keys = [int(pk) for pk, stood in undo["stood"].items() if stood == state]
        mine.filter(pk__in=keys).update(state=state)


def refuse_count(conversations: Collection[Conversation]) -> None:
    if not conversations:
        raise Refusal(_("Choose at least one conversation first."))
    if len(conversations) > MOST_AT_ONCE:
        raise Refusal(_("Choose at most %(most)s conversations at once.") % {"most": MOST_AT_ONCE})


def verdicts_on(conversations: Collection[Conversation], reviewer: User) -> tuple[list[Verdict], set[int]]:
    """Return the verdict of `reviewer` on each of `conversations`, and the keys of those that are new."""
    mine = Verdict.objects.of(reviewer).filter(conversation__in=conversations)
    before = set(mine.values_list("pk", flat=True))
    Verdict.objects.bulk_create(
        [Verdict(conversation=one, reviewer=reviewer) for one in conversations], ignore_conflicts=True
    )
    verdicts = list(mine.select_for_update().order_by("pk"))
    return verdicts, {verdict.pk for verdict in verdicts} - before
