"""Whether something may be said now: what a message may be, how many, and to a conversation as it is."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Attachment, ChatModel, Conversation, Generation, Message, Role, Status

from .errors import Conflict, Refusal, TooMany, Unavailable

MESSAGE_CHARACTERS = 32_000
MESSAGES_PER_MINUTE = 30
WAITING_AT_MOST = 200


def clean_text(text: str, *, files: Sequence[Attachment] = ()) -> str:
    """Return `text` as it will be kept: line ends are LF, NUL and lone surrogates gone.

    Raises Refusal when too much is left, or nothing and there are no `files` either.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.encode("utf-8", "ignore").decode()
    if not text.strip():
        if files:
            return ""
        raise Refusal(_("Write something or attach a file first: an empty message cannot be sent."))
    if len(text) > MESSAGE_CHARACTERS:
        raise Refusal(
            f"This message has {len(text):,} characters; at most {MESSAGE_CHARACTERS:,} can be sent at once."
        )
    return text


def lock(conversation: Conversation, model: ChatModel | None) -> Conversation:
    """Return `conversation` afresh, to be answered by `model`, and let nobody else add to it meanwhile.

    Raises Conflict when it was deleted since it was read: whoever deletes stops only what is there by then.
    """
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("leaf", "model", "owner")
    fresh = rows.filter(pk=conversation.pk, deleted_at=None).first()
    if fresh is None:
        raise Conflict("This conversation was deleted.")
    if model is not None and model != fresh.model:
        fresh.model = model
        fresh.save(update_fields=["model"])
    return fresh


def refuse_stale(conversation: Conversation, seen: UUID | None, kept: str = "") -> None:
    """Raise Conflict when `seen`, the last message that the asker's page showed, is not the last any more."""
    leaf = conversation.leaf
    if seen is not None and (leaf is None or leaf.public_id != seen):
        newest = "This conversation went on elsewhere. Here is its newest state"
        raise Conflict(f"{newest}; {kept}" if kept else f"{newest}.")


def refuse_unless_free(conversation: Conversation) -> None:
    """Raise Conflict while an answer is written for `conversation`, Unavailable while too many wait."""
    answers = Generation.objects.active().aggregate(
        here=Count("pk", filter=Q(conversation=conversation, message__isnull=False)),
        waiting=Count("pk", filter=Q(status=Status.QUEUED)),
    )
    if answers["here"]:
        raise Conflict("An answer is still being written here. Stop it, or wait for its end.")
    if answers["waiting"] >= WAITING_AT_MOST:
        raise Unavailable(
            "Too many people are waiting for an answer. Please try again in a minute.", retry_after_s=60
        )


def refuse_haste(owner: User) -> None:
    """Raise TooMany when `owner` has sent as many messages in the last minute as one person may."""
    # Sends of one person wait for each other here, or twenty at once would all count the same.
    User.objects.select_for_update().values_list("pk").get(pk=owner.pk)
    now = timezone.now()
    # To now, not on from then: after a clock was set back all of today would be recent.
    last_minute = (now - timedelta(minutes=1), now)
    # The conversation's own time narrows the search to what the index on it finds.
    lately = Message.objects.filter(
        conversation__owner=owner,
        conversation__updated_at__gte=last_minute[0],
        role=Role.ASSISTANT,
        created_at__range=last_minute,
    ).count()
    if lately >= MESSAGES_PER_MINUTE:
        raise TooMany(
            f"That was {MESSAGES_PER_MINUTE} messages in a minute. Please wait a moment.", retry_after_s=60
        )
