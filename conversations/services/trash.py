"""The trash: what was deleted stays for some days, and then goes for ever."""

from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation
from conversations.models.conversation import ConversationQuerySet

from .errors import Refusal
from .removing import Cause, Outcome, remove


def trash_of(user: User) -> ConversationQuerySet:
    """Return what `user` has deleted and can bring back, the newest deletion first."""
    rows = Conversation.objects.filter(owner=user, deleted_at__isnull=False, withdrawn_at=None)
    return rows.order_by("-deleted_at", "-pk")


def delete_for_ever(conversation: Conversation) -> Outcome:
    """Remove `conversation` and all that was said in it; raise Refusal unless it is in the trash.

    What a hold keeps is gone for its owner, and goes for ever when the hold ends.
    """
    if conversation.deleted_at is None:
        raise Refusal(_("Only what is in the trash can be deleted for ever."))
    rows = trash_of(conversation.owner).filter(pk=conversation.pk)
    return remove(rows, cause=Cause.OWNER)


def empty_trash(user: User) -> Outcome:
    """Remove what `user` has in the trash for ever, in batches, but for what a hold keeps."""
    return remove(trash_of(user), cause=Cause.OWNER)
