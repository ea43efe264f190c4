"""What a reviewer wrote to the owner of a conversation: written, shown until it was read, kept."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, Reply

from .errors import Refusal

REPLY_LENGTH = 4_000


def write_reply(conversation: Conversation, *, author: User, text: str) -> Reply:
    """Write `text` to the owner of `conversation`, in the name of `author`; raise Refusal."""
    text = text.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()
    if not text:
        raise Refusal(_("Write something to its owner first."))
    if len(text) > REPLY_LENGTH:
        raise Refusal(
            _("These are %(count)s characters; at most %(most)s are kept.")
            % {"count": intcomma(len(text)), "most": intcomma(REPLY_LENGTH)}
        )
    return conversation.replies.create(author=author, text=text)


def replies_to(conversation: Conversation) -> list[Reply]:
    """Return what was written to the owner of `conversation`, the oldest first, in one query."""
    return list(conversation.replies.select_related("author"))


def see_reply(reply: Reply) -> None:
    """Note that the owner has read `reply`; the moment of the first time stays."""
    Reply.objects.filter(pk=reply.pk, read_at=None).update(read_at=Now())


def first_unread(person: User) -> Reply | None:
    """Return the oldest reply that `person` has not read, in a conversation that they have, in one query."""
    mine = {"conversation__owner": person, "conversation__deleted_at": None}
    return Reply.objects.filter(read_at=None, **mine).select_related("conversation").first()
