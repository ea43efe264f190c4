"""Our own JSON: the whole tree of a conversation. docs/transfer.md describes every field."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils.translation import gettext_noop

from conversations.models import Problem, Role, Status
from conversations.models.generation import ACTIVE

from .reading import Json, Replaced, moment_of, object_of, objects_of, paragraphs, text_of, word_of
from .trees import Node, children_of, refuse_length
from .values import ConversationCopy, MessageCopy, Unreadable

SCHEMA = "chatsite-conversation/1"
FILES_AT_MOST = 1_000
ENDED = set(Status.values) - set(ACTIVE)
_FAMILY = SCHEMA.partition("/")[0] + "/"


def fits(record: Json) -> bool:
    return word_of(record.get("schema")).startswith(_FAMILY)


def write(copy: ConversationCopy) -> str:
    """Return `copy` as JSON."""
    facts: Mapping[str, object] = {
        "schema": SCHEMA,
        "id": copy.key,
        "title": copy.title,
        "title_by_person": copy.title_by_person,
        "created_at": _time(copy.created_at),
        "updated_at": _time(copy.updated_at),
        "model": copy.model,
        "parameters": copy.parameters,
        "system_prompt": copy.system_prompt,
        "pinned": copy.pinned,
        "archived": copy.archived,
        "folder": copy.folder,
        "shown": copy.leaf,
        "messages": [_message(message) for message in copy.messages],
    }
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def _message(message: MessageCopy) -> Mapping[str, object]:
    facts: dict[str, object] = {
        "id": message.key,
        "parent": message.parent,
        "role": message.role,
        "created_at": _time(message.created_at),
        "text": message.text,
    }
    if message.role == Role.USER:
        return facts | ({"files": message.files} if message.files else {})
    answer = {"model": message.model, "status": message.status, "reasoning": message.reasoning}
    return facts | answer | ({"problem": message.problem} if message.problem else {})


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def read(record: Json) -> ConversationCopy:
    """Return the conversation of `record`; raises Unreadable."""
    if record["schema"] != SCHEMA:
        raise Unreadable(
            gettext_noop("it is of a version that this site does not know (%(version)s)"),
            version=word_of(record["schema"], 60),
        )
    entries = objects_of(record.get("messages"))
    replaced = Replaced()
    messages = _in_order([_read_message(entry, replaced) for entry in entries])
    shown = word_of(record.get("shown"))
    return ConversationCopy(
        key=word_of(record.get("id")),
        messages=messages,
        leaf=shown if any(message.key == shown for message in messages) else messages[-1].key,
        title=word_of(record.get("title")),
        title_by_person=record.get("title_by_person") is True,
        created_at=moment_of(record.get("created_at")),
        updated_at=moment_of(record.get("updated_at")),
        model=word_of(record.get("model")),
        parameters=object_of(record.get("parameters")),
        system_prompt=text_of(record.get("system_prompt")),
        pinned=record.get("pinned") is True,
        archived=record.get("archived") is True,
        folder=word_of(record.get("folder"), 100),
        replaced=replaced.count,
    )


def _read_message(entry: Json, replaced: Replaced) -> MessageCopy:
    role = word_of(entry.get("role"))
    if role not in Role.values:
        raise Unreadable(gettext_noop("one of its messages is neither a person’s nor a model’s"))
    files = entry.get("files")
    lines = [replaced.line("File", name) for name in files[:FILES_AT_MOST]] if isinstance(files, list) else []
    text, reasoning = paragraphs(*lines, text_of(entry.get("text"))), text_of(entry.get("reasoning"))
    refuse_length(text, reasoning)
    parent, status = entry.get("parent"), word_of(entry.get("status")) or Status.DONE
    problem = word_of(entry.get("problem"))
    is_answer = role == Role.ASSISTANT
    return MessageCopy(
        key=word_of(entry.get("id")),
        parent=None if parent is None else word_of(parent),
        role=role,
        text=text,
        reasoning=reasoning if is_answer else "",
        created_at=moment_of(entry.get("created_at")),
        model=word_of(entry.get("model")) if is_answer else "",
        # An answer that was still being written when it was exported has broken off.
        status=str(status if status in ENDED else Status.INTERRUPTED.value)
        if is_answer
        else Status.DONE.value,
        problem=problem if is_answer and problem in Problem.values else "",
    )


def _in_order(messages: list[MessageCopy]) -> tuple[MessageCopy, ...]:
    """Return `messages` with each parent before its replies; raises Unreadable where there is no tree."""
    by_key = {message.key: message for message in messages}
    children = children_of([Node(message.key, message.parent) for message in messages])
    if any(message.parent is not None and message.parent not in by_key for message in messages):
        raise Unreadable(gettext_noop("one of its messages answers another that is not there"))
    ordered: list[MessageCopy] = []
    stack = list(reversed(children[None]))
    while stack:
        node = stack.pop()
        ordered.append(by_key[node.key])
        stack.extend(reversed(children.get(node.key, [])))
    if len(ordered) < len(messages):
        raise Unreadable(gettext_noop("some of its messages answer one another in a circle"))
    if not ordered:
        raise Unreadable(gettext_noop("there are no messages in it"))
    return tuple(ordered)
