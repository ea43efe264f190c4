"""The one writer: a copy of a conversation → its rows. And back: the rows of a conversation → a copy."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from accounts.models import User
from conversations.models import Attachment, ChatModel, Conversation, Generation, Message, Origin, Role
from conversations.models.conversation import TITLE_LENGTH
from conversations.rendering import ON_READ
from conversations.services.titles import placeholder_title, tidy

from .values import ConversationCopy, MessageCopy

FOLDER_LENGTH = 100


def write_conversation(
    owner: User, copy: ConversationCopy, *, source: str, model: ChatModel, now: datetime
) -> Conversation:
    """Add `copy` to the conversations of `owner`, to go on with `model`; called within a transaction."""
    begun, last = _times(copy, now)
    title = tidy(copy.title)[:TITLE_LENGTH]
    first_words = next((message.text for message in copy.messages if message.role == Role.USER), "")
    conversation = Conversation.objects.create(
        owner=owner,
        title=title or tidy(placeholder_title(first_words[:1000])),
        # From elsewhere it has its title already; here a model would name it anew.
        title_by_person=bool(title) and (copy.title_by_person or source != "house"),
        model=model,
        system_prompt=copy.system_prompt,
        pinned=copy.pinned,
        archived=copy.archived,
        folder=tidy(copy.folder)[:FOLDER_LENGTH],
        created_at=begun,
        updated_at=last,
    )
    messages = _message_rows(conversation, copy.messages, begun=begun, now=now)
    Message.objects.bulk_create(messages)
    Generation.objects.bulk_create(_generation_rows(conversation, copy, messages))
    shown = [message for message, made in zip(messages, copy.messages, strict=True) if made.key == copy.leaf]
    conversation.leaf = shown[0] if shown else messages[-1]
    conversation.save(update_fields=["leaf"])
    Origin.objects.create(conversation=conversation, owner=owner, source=source, key=copy.key)
    return conversation


def _times(copy: ConversationCopy, now: datetime) -> tuple[datetime, datetime]:
    """Return when it was begun and last used; nothing is from the future and on top for ever."""
    said = [message.created_at for message in copy.messages if message.created_at]
    # A minute ago, when nobody knows: an answer of this minute would count as one asked for here.
    unknown = now - timedelta(minutes=1)
    begun = min(copy.created_at or min(said, default=unknown), now)
    return begun, max(begun, min(copy.updated_at or max(said, default=begun), now))


def _message_rows(
    conversation: Conversation, copies: Sequence[MessageCopy], *, begun: datetime, now: datetime
) -> list[Message]:
    """Return the rows of `copies` with keys of their own, so that all of them are written at once."""
    rows: list[Message] = []
    keys: dict[str | None, int | None] = {None: None}
    siblings: dict[str | None, int] = defaultdict(int)
    for key, copy in zip(_reserve_keys(len(copies)), copies, strict=True):
        keys[copy.key] = key
        row = Message(
            pk=key,
            conversation=conversation,
            parent_id=keys[copy.parent],
            position=siblings[copy.parent],
            role=copy.role,
            text=copy.text,
            reasoning=copy.reasoning,
            # Most of what is imported is never looked at, and to render it all takes longer than the import.
            renderer_version=0 if copy.role == Role.USER else ON_READ,
            created_at=min(copy.created_at or begun, now),
        )
        siblings[copy.parent] += 1
        rows.append(row)
    return rows


def _generation_rows(
    conversation: Conversation, copy: ConversationCopy, messages: Sequence[Message]
) -> list[Generation]:
    """Return the records of the answers: nothing was sent and nothing counted, but the model has its name."""
    return [
        Generation(
            conversation=conversation,
            message=message,
            status=made.status,
            problem=made.problem,
            model_asked=made.model or copy.model or "unknown model",
            model_answered=made.model,
            queued_at=message.created_at,
            finished_at=message.created_at,
        )
        for message, made in zip(messages, copy.messages, strict=True)
        if made.role == Role.ASSISTANT
    ]


def _reserve_keys(count: int) -> Sequence[int]:
    """Return keys for `count` messages: a reply names its parent, and so all are written in one statement."""
    # 10,000 messages that answer one another take 1.4 s so, within one transaction.
    if connection.vendor == "sqlite":  # whose transactions are alone from the start
        last = Message.objects.aggregate(last=Max("pk"))["last"] or 0
        return range(last + 1, last + 1 + count)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('conversations_message', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [key for (key,) in cursor.fetchall()]


def find_here(owner: User, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of `keys`, each a format and an id there, that `owner` has here, in the trash or not."""
    wanted = {key for _source, key in keys}
    rows = Origin.objects.filter(owner=owner, key__in=wanted).values_list("source", "key")
    ours = {key for source, key in keys if source == "house" and _is_uuid(key)}
    own = Conversation.objects.filter(owner=owner, public_id__in=ours).values_list("public_id", flat=True)
    return (set(rows) | {("house", str(public_id)) for public_id in own}) & set(keys)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


COLUMNS = (
    *("pk", "parent_id", "public_id", "role", "text", "reasoning", "created_at", "deleted_at", "model_name"),
    *("generation__model_answered", "generation__model_asked", "generation__status", "generation__problem"),
)


def file_names(conversation: Conversation) -> Mapping[int, list[str]]:
    """Return what the files of `conversation` are called, by the key of the message that carries them."""
    names: dict[int, list[str]] = defaultdict(list)
    carried = Attachment.messages.through.objects.filter(message__conversation=conversation)
    for message, name in carried.order_by("attachment").values_list("message", "attachment__name"):
        names[message].append(name)
    return names


def copy_of(conversation: Conversation) -> ConversationCopy:
    """Return the whole tree of `conversation` but what is deleted, in three queries."""
    files = file_names(conversation)
    children: dict[int | None, list[tuple[Any, ...]]] = defaultdict(list)
    names: dict[int | None, str | None] = {None: None}
    for row in conversation.messages.order_by("position").values_list(*COLUMNS):
        children[row[1]].append(row)
    messages: list[MessageCopy] = []
    stack = list(reversed(children[None]))
    while stack:
        pk, parent, public_id, role, text, reasoning, created_at, deleted_at, *facts = stack.pop()
        said_by, answered, asked, status, problem = facts
        stack.extend(reversed(children.get(pk, [])))
        if deleted_at is not None:  # what follows it stands below what stands before it
            names[pk] = names[parent]
            continue
        names[pk] = str(public_id)
        messages.append(
            MessageCopy(
                key=str(public_id),
                parent=names[parent],
                role=str(role),
                text=str(text),
                reasoning=str(reasoning),
                created_at=created_at,
                model=str(answered or asked or said_by),
                status=str(status or "done"),
                problem=str(problem or ""),
                files=tuple(files[pk]),
            )
        )
    return ConversationCopy(
        key=str(conversation.public_id),
        messages=tuple(messages),
        leaf=names.get(conversation.leaf_id),
        title=conversation.title,
        title_by_person=conversation.title_by_person,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        model=conversation.model.name,
        parameters=conversation.parameters,
        system_prompt=conversation.system_prompt,
        pinned=conversation.pinned,
        archived=conversation.archived,
        folder=conversation.folder,
    )
