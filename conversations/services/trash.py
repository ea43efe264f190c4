"""The trash: what was deleted stays for some days, and then goes for ever."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation
from conversations.models.conversation import ConversationQuerySet

from .attachments.keeping import delete_files_of
from .errors import Refusal

# So many conversations go in one transaction: others can write in between, also on SQLite.
BATCH = 20


def trash_of(user: User) -> ConversationQuerySet:
    """Return what `user` has deleted, the newest deletion first."""
    rows = Conversation.objects.filter(owner=user, deleted_at__isnull=False)
    return rows.order_by("-deleted_at", "-pk")


def delete_for_ever(conversation: Conversation) -> None:
    """Remove `conversation` and all that was said in it; raise Refusal unless it is in the trash."""
    if conversation.deleted_at is None:
        raise Refusal(_("Only what is in the trash can be deleted for ever."))
    with transaction.atomic():
        delete_files_of([conversation])
        conversation.delete()


def empty_trash(user: User) -> int:
    """Remove what `user` has in the trash for ever, in batches, and return how many there were."""
    return remove(trash_of(user))


def purge_trash(*, deleted_before: datetime) -> int:
    """Remove what anybody deleted before then, for ever and in batches, and return how many there were."""
    return remove(Conversation.objects.filter(deleted_at__lt=deleted_before))


def remove(rows: ConversationQuerySet) -> int:
    removed = 0
    while batch := list(rows.order_by("deleted_at", "pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            # Asked again: what was brought back meanwhile stays.
            gone = rows.filter(pk__in=batch).order_by()
            delete_files_of(list(gone))
            gone.delete()
        removed += len(batch)
    return removed
