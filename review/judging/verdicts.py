"""Giving a verdict: one of each reviewer for a conversation, and one that settles it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation
from conversations.services.errors import Conflict, Refusal
from review.models import Label, Placement, State, Step, Sticker, Verdict

SETTLING = "review.settle_verdicts"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said of a conversation: how it stands, the labels that fit, a step of each score."""

    state: str
    labels: Sequence[Label] = ()
    steps: Sequence[Step] = field(default=())


@transaction.atomic
def give_verdict(conversation: Conversation, *, reviewer: User, opinion: Opinion) -> Verdict:
    """Keep `opinion` as what `reviewer` thinks of `conversation`, in place of what they thought before."""
    refuse_unknown(opinion)
    Verdict.objects.get_or_create(conversation=conversation, reviewer=reviewer, settles=False)
    verdict = Verdict.objects.select_for_update().of(reviewer).get(conversation=conversation)
    return keep(verdict, opinion)


@transaction.atomic
def settle(
    conversation: Conversation, *, reviewer: User, opinion: Opinion, seen: datetime | None = None
) -> Verdict:
    """Keep `opinion` as the verdict on `conversation` that counts; raise Refusal.

    Whoever settles has judged it by themselves before. `seen` is when the verdict that they looked at was
    given: another one is not written over unseen.
    """
    refuse_unknown(opinion)
    if not reviewer.has_perm(SETTLING):
        raise Refusal(_("You may not give the verdict that counts."))
    if not Verdict.objects.of(reviewer).given().filter(conversation=conversation).exists():
        raise Refusal(_("Give your own verdict first."))
    if opinion.state == State.UNREVIEWED:
        raise Refusal(_("Say whether it is reviewed or needs attention: this verdict counts."))
    verdict, made = Verdict.objects.select_for_update().get_or_create(
        conversation=conversation, settles=True, defaults={"reviewer": reviewer}
    )
    if not made and verdict.updated_at != seen:
        raise Conflict(_("Somebody else has settled it meanwhile. Look at their verdict first."))
    verdict.reviewer = reviewer
    return keep(verdict, opinion)


def refuse_unknown(opinion: Opinion) -> None:
    if opinion.state not in State.values:
        raise Refusal(_("Say how it stands: unreviewed, reviewed, or in need of attention."))


def keep(verdict: Verdict, opinion: Opinion) -> Verdict:
    verdict.state = opinion.state
    verdict.updated_at = timezone.now()
    verdict.save(update_fields=["state", "updated_at", "reviewer"])
    verdict.stickers.all().delete()
    verdict.placements.all().delete()
    Sticker.objects.bulk_create(Sticker(verdict=verdict, label=label) for label in opinion.labels)
    Placement.objects.bulk_create(
        Placement(verdict=verdict, score_id=step.score_id, step=step) for step in opinion.steps
    )
    return verdict
