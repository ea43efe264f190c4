"""Leaving: by one's own wish or an administrator's, taken back until the day, and then for ever."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.leaving import forget as forget_person
from accounts.leaving import is_held
from accounts.models import User
from accounts.on_record import put_on_record
from conversations.models import Attachment, Conversation, Generation, Grant, Import, Policy, Preset, Prompt

from .attachments.keeping import forget as forget_files
from .errors import Refusal
from .people import lock, refuse_above, refuse_last, refuse_oneself, shut_out
from .removing import Cause, remove
from .transfer.importing import path_of

log = logging.getLogger(__name__)


def ask_to_leave(person: User, *, days: int) -> datetime:
    """Close the account of `person`, by their own wish, and return when it will be deleted.

    Until then who signs in may take it back. Asked again, the day stays. Raises Refusal for the last
    administrator.
    """
    with transaction.atomic():
        person = lock(person)
        refuse_last(person)
        leaves_at = set_day(person, days=days)
    shut_out(person)
    return leaves_at


def delete_account(person: User, *, by: User, days: int) -> datetime:
    """Close the account of `person`, on record, and return when it is deleted; `by` may open it again."""
    with transaction.atomic():
        person = lock(person)
        refuse_oneself(person, by)
        refuse_above(person, by)
        refuse_last(person)
        is_news = person.is_active or person.leaves_at is None
        person.is_active = False
        leaves_at = set_day(person, days=days)
        if is_news:
            put_on_record(person, by=by, what=f"Account closed, to be deleted on {leaves_at:%Y-%m-%d}")
    shut_out(person)
    return leaves_at


def set_day(person: User, *, days: int) -> datetime:
    leaves_at = person.leaves_at or timezone.now() + timedelta(days=days)
    person.leaves_at = leaves_at
    person.save(update_fields=["leaves_at", "is_active"])
    return leaves_at


def take_back(person: User) -> None:
    """Let `person` stay, who had asked to leave; raise Refusal once the day has come."""
    rows = User.objects.filter(pk=person.pk, is_active=True, forgotten_at=None)
    if rows.filter(leaves_at=None).exists():
        return
    if not rows.filter(leaves_at__gt=timezone.now()).update(leaves_at=None):
        raise Refusal(_("The day has come: this account is being deleted."))


def purge_leavers(*, now: datetime, imports: Path) -> int:
    """Delete for ever what those have whose day has come, and return how many are gone.

    Whoever is held, or still has an answer in the making, is looked at again the next time. `imports` is
    where files on their way in are.
    """
    due = list(User.objects.filter(leaves_at__lte=now, forgotten_at=None).order_by("pk"))
    return sum(try_to_purge(person, imports=imports) for person in due if not is_held(person))


def try_to_purge(person: User, *, imports: Path) -> bool:
    """Do as `purge`; what cannot be removed is told in the log, and keeps nobody who comes after it."""
    try:
        return purge(person, imports=imports)
    except (OSError, DatabaseError):
        log.exception("The account %s could not be deleted.", person.pk)
        return False


def purge(person: User, *, imports: Path) -> bool:
    """Delete all that `person` has, files and all; return False when an answer has yet to stop.

    False too when a hold was placed meanwhile: what it keeps stays, and the account with it.
    """
    shut_out(person)
    if Generation.objects.active().filter(conversation__owner=person).exists():
        return False
    remove(Conversation.objects.filter(owner=person), cause=Cause.ACCOUNT)
    with transaction.atomic():
        there = User.objects.select_for_update(no_key=True, of=("self",)).filter(forgotten_at=None)
        if not there.filter(pk=person.pk).values_list("pk"):
            return False
        if is_held(person) or Conversation.objects.filter(owner=person).exists():
            return False
        forget_belongings(person, imports=imports)
    return True


def forget_belongings(person: User, *, imports: Path) -> None:
    forget_files(Attachment.objects.filter(owner=person))
    for it in Import.objects.filter(owner=person):
        path_of(it.public_id, imports).unlink(missing_ok=True)
        it.delete()
    Preset.objects.filter(owner=person).delete()
    Prompt.objects.filter(owner=person).delete()
    Policy.objects.filter(person=person).delete()
    Grant.objects.filter(person=person).update(reason="")
    forget_person(person)
