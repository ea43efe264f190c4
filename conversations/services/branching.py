"""The branches of a conversation: which one is shown, what is taken out of them, what is copied."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Attachment, Conversation, Message

from .admission import lock, refuse_stale
from .errors import Conflict, Refusal
from .history import branch_ids, newest_below, path_to

# So many rows a statement: SQLite takes no more values in one.
BATCH = 300
# Walked down by the index on siblings, for there may be thousands below.
BELOW = """
WITH RECURSIVE below (id, conversation_id) AS (
    SELECT id, conversation_id FROM conversations_message WHERE id = %s
    UNION ALL
    SELECT reply.id, reply.conversation_id FROM conversations_message AS reply
    JOIN below ON reply.conversation_id = below.conversation_id AND reply.parent_id = below.id
)
SELECT id FROM below
"""


def show_version(message: Message, *, seen: UUID | None = None) -> None:
    """Show the newest branch through `message`; raise Conflict while an answer is being written."""
    with transaction.atomic():
        conversation = lock_at_rest(message, seen)
        if message.deleted_at is not None:
            raise Conflict(_("This version was deleted."))
        show(conversation, newest_below(message))


def delete_message(message: Message, *, seen: UUID | None = None) -> None:
    """Take `message` out of what is shown and sent; what follows it stays."""
    with transaction.atomic():
        conversation = lock_at_rest(message, seen)
        if message.replies.filter(cut=False).exists():
            conversation.messages.filter(pk=message.pk, deleted_at=None).update(deleted_at=timezone.now())
        else:
            cut(conversation, message)


def delete_branch(message: Message, *, seen: UUID | None = None) -> None:
    """Delete `message` and all that follows it; another version of it is shown, or what stands before it."""
    with transaction.atomic():
        cut(lock_at_rest(message, seen), message)


def restore_message(message: Message) -> None:
    """Take back how `message` was deleted, with all that went with it, and show it."""
    with transaction.atomic():
        conversation = lock_at_rest(message)
        message.refresh_from_db()
        if message.deleted_at is None:
            return
        if any(above.cut for above in path_to(message)[:-1]):
            raise Refusal(_("What stands before this message was deleted; restore that first."))
        if message.cut:
            below(message).filter(deleted_at=message.deleted_at).update(deleted_at=None)
        conversation.messages.filter(pk=message.pk).update(deleted_at=None, cut=False)
        if message.cut:
            show(conversation, newest_below(message))


def fork_conversation(message: Message) -> Conversation:
    """Return a new conversation of the same owner that holds a copy of the branch to `message`."""
    with transaction.atomic():
        origin = lock_at_rest(message)
        branch = [one for one in path_to(message) if one.deleted_at is None]
        if not branch:
            raise Refusal(_("There is nothing to take along."))
        fork = Conversation.objects.create(
            owner=origin.owner,
            title=origin.title,
            title_by_person=origin.title_by_person,
            model=origin.model,
            parameters=origin.parameters,
            system_prompt=origin.system_prompt,
        )
        fork.move_to(copy_branch(branch, origin, fork))
        return fork


def copy_branch(branch: Sequence[Message], origin: Conversation, fork: Conversation) -> Message:
    """Copy `branch` of `origin` into `fork` and return its end; the record of calls stays there."""
    calls = origin.generations.filter(message__isnull=False)
    names = {
        pk: answered or asked
        for pk, answered, asked in calls.values_list("message", "model_answered", "model_asked")
    }
    # Until each knows the one before it, they stand side by side.
    copies = [
        Message(
            conversation=fork,
            position=place,
            role=one.role,
            text=one.text,
            reasoning=one.reasoning,
            html=one.html,
            renderer_version=one.renderer_version,
            plain=one.plain,
            model_name=names.get(one.pk, one.model_name),
            created_at=one.created_at,
        )
        for place, one in enumerate(branch)
    ]
    Message.objects.bulk_create(copies, batch_size=BATCH)
    for before, one in pairwise(copies):
        one.parent, one.position = before, 0
    Message.objects.bulk_update(copies[1:], ["parent", "position"], batch_size=BATCH)
    carry_along(dict(zip((one.pk for one in branch), (one.pk for one in copies), strict=True)), origin)
    return copies[-1]


def carry_along(copied: Mapping[int, int], origin: Conversation) -> None:
    """Let each copy carry the files of the message of `origin` that it is a copy of."""
    carried = Attachment.messages.through
    rows = carried.objects.filter(message__conversation=origin).values_list("attachment_id", "message_id")
    carried.objects.bulk_create(
        [carried(attachment_id=file, message_id=copied[pk]) for file, pk in rows if pk in copied]
    )


def lock_at_rest(message: Message, seen: UUID | None = None) -> Conversation:
    """Return the conversation of `message` for a change.

    Raises Conflict while an answer is written there, and when `seen`, the last that its page showed, is not
    the last any more.
    """
    conversation = lock(message.conversation, None)
    refuse_stale(conversation, seen)
    if conversation.generations.active().filter(message__isnull=False).exists():
        raise Conflict(_("An answer is still being written here. Stop it, or wait for its end."))
    return conversation


def below(message: Message) -> "QuerySet[Message]":
    """Return `message` and all that follows it on every branch."""
    return Message.objects.filter(pk__in=RawSQL(BELOW, [message.pk]))  # noqa: S611 - ours


def cut(conversation: Conversation, message: Message) -> None:
    """Let no way lead through `message`, and show what is left, as near to it as there is something."""
    message.refresh_from_db(fields=["cut"])
    if message.cut:
        return
    now = timezone.now()
    below(message).filter(deleted_at=None).update(deleted_at=now)
    conversation.messages.filter(pk=message.pk).update(deleted_at=now, cut=True)
    if message.pk in branch_ids(conversation, conversation.leaf_id):
        versions = conversation.messages.filter(parent=message.parent, cut=False)
        newest = versions.order_by("-position").first()
        show(conversation, newest_below(newest) if newest else message.parent)


def show(conversation: Conversation, leaf: Message | None) -> None:
    conversation.leaf = leaf
    conversation.save(update_fields=["leaf"])
