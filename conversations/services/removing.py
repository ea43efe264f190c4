"""The one door by which conversations are removed for ever.

Other apps have a say without being known here: they register when they are ready. What one of `KEEPERS` keeps
stays in the database; where its owner was promised that it goes, it leaves their sight. `RECORDERS` are told
what went, in the transaction that removes it.

Who keeps something locks first, as here: the conversation, or, for all that somebody has, that person. So
nothing is removed that was kept a moment ago, and nothing is kept that is being removed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple, dataclass

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.models.conversation import ConversationQuerySet

from .attachments.keeping import delete_files_of

# So many conversations go in one transaction: others can write in between, also on SQLite.
BATCH = 20


class Cause(models.TextChoices):
    """Why conversations are removed for ever."""

    OWNER = "owner", _("Deleted for ever by their owner")
    TRASH = "trash", _("The days in the trash were over")
    TEMPORARY = "temporary", _("Temporary, and their time was over")
    RETENTION = "retention", _("Not used for longer than they are kept")
    RELEASED = "released", _("Deleted before, and kept for a hold that has ended")
    ACCOUNT = "account", _("The account was deleted")


@dataclass(frozen=True, slots=True)
class Removal:
    """What one transaction removed, in numbers; `rule` says by what rule, where there is one."""

    cause: Cause
    rule: str
    conversations: int
    messages: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many conversations are gone, with what went along, and how many something keeps."""

    removed: int = 0
    kept: int = 0
    messages: int = 0
    files: int = 0
    bytes: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        mine, theirs = astuple(self), astuple(other)
        return Outcome(*(one + another for one, another in zip(mine, theirs, strict=True)))


# Each returns the keys of those of some conversations that must stay.
KEEPERS: list[Callable[[Collection[Conversation]], set[int]]] = []
RECORDERS: list[Callable[[Removal], None]] = []


def remove(rows: ConversationQuerySet, *, cause: Cause, rule: str = "") -> Outcome:
    """Remove `rows` and all that was said in them, in batches, but for what is kept.

    Each batch stands alone: cut off, the next call goes on; two at once remove each row once.
    """
    outcome, last = Outcome(), 0
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = keys[-1]
        outcome += remove_batch(rows.filter(pk__in=keys), cause=cause, rule=rule)
    return outcome


@transaction.atomic
def remove_batch(rows: ConversationQuerySet, *, cause: Cause, rule: str) -> Outcome:
    # Asked again under the lock: what was brought back meanwhile stays.
    locked = rows.select_for_update(of=("self",)).only("pk", "owner_id", "public_id")
    found = list(locked.order_by("pk"))
    kept = kept_among(found)
    if kept and cause != Cause.RETENTION:
        withdraw(kept)
    gone = [conversation for conversation in found if conversation.pk not in kept]
    if not gone:
        return Outcome(kept=len(kept))
    went = count_and_delete(gone, cause=cause, rule=rule)
    for recorder in RECORDERS:
        recorder(went)
    return Outcome(went.conversations, len(kept), went.messages, went.files, went.bytes)


def kept_among(found: Sequence[Conversation]) -> set[int]:
    """Return the keys of those of `found`, which are locked, that must stay; their owners are locked too."""
    if not found or not KEEPERS:
        return set()
    owners = User.objects.select_for_update(no_key=True, of=("self",))
    list(owners.filter(pk__in={one.owner_id for one in found}).order_by("pk").values_list("pk"))
    return {key for keeper in KEEPERS for key in keeper(found)}


def withdraw(keys: Collection[int]) -> None:
    """Take conversations out of their owner's sight for good, without removing them."""
    now = timezone.now()
    rows = Conversation.objects.filter(pk__in=keys, withdrawn_at=None)
    rows.update(withdrawn_at=now, deleted_at=Coalesce("deleted_at", now))


def count_and_delete(gone: Sequence[Conversation], *, cause: Cause, rule: str) -> Removal:
    messages = Message.objects.filter(conversation__in=gone).count()
    freed = delete_files_of(gone)
    Conversation.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return Removal(cause, rule, len(gone), messages, freed.files, freed.bytes)
