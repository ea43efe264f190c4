"""Open WebUI's export: chats, each with a tree of messages by id in `chat.history`, shown to `currentId`."""

import re
from html import unescape

from conversations.models import Role

from .reading import Json, Replaced, list_of, moment_of, object_of, objects_of, paragraphs, text_of, word_of
from .trees import NOBODY, Node, grow
from .values import ConversationCopy

ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
# Thoughts and calls of tools stand within the text, as HTML that the site itself has put there.
_DETAILS, _END = '<details type="', "</details>"
_SUMMARY = re.compile(r"<summary>[^<]*</summary>")
_QUOTED = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)


def fits(record: Json) -> bool:
    chat = object_of(record.get("chat"))
    return isinstance(chat.get("history"), dict) or isinstance(chat.get("messages"), list)


def read(record: Json) -> ConversationCopy:
    """Return the conversation of `record`; raises Unreadable."""
    chat = object_of(record["chat"])
    history = object_of(chat.get("history"))
    replaced = Replaced()
    nodes = _tree(object_of(history.get("messages")), replaced) or _row(chat, replaced)
    messages, leaf = grow(nodes, word_of(history.get("currentId")))
    return ConversationCopy(
        key=word_of(record.get("id")) or word_of(chat.get("id")),
        messages=messages,
        leaf=leaf,
        title=word_of(record.get("title")) or word_of(chat.get("title")),
        created_at=moment_of(record.get("created_at")) or moment_of(chat.get("timestamp")),
        updated_at=moment_of(record.get("updated_at")),
        model=next((word_of(model) for model in list_of(chat.get("models"))), ""),
        system_prompt=text_of(chat.get("system")) or text_of(object_of(chat.get("params")).get("system")),
        archived=record.get("archived") is True,
        pinned=record.get("pinned") is True,
        replaced=replaced.count,
    )


def _tree(messages: Json, replaced: Replaced) -> list[Node]:
    ranks = {
        child: rank
        for entry in messages.values()
        for rank, child in enumerate(list_of(object_of(entry).get("childrenIds")))
        if isinstance(child, str)
    }
    nodes = []
    for key, entry in messages.items():
        parent = object_of(entry).get("parentId")
        above = parent if isinstance(parent, str) else None
        nodes.append(_node(object_of(entry), key, above, ranks.get(key, 0), replaced))
    return nodes


def _row(chat: Json, replaced: Replaced) -> list[Node]:
    """Early exports have the shown branch alone."""
    entries = objects_of(chat.get("messages"))
    return [
        _node(entry, f"#{number}", f"#{number - 1}" if number else None, 0, replaced)
        for number, entry in enumerate(entries)
    ]


def _node(entry: Json, key: str, parent: str | None, rank: int, replaced: Replaced) -> Node:
    text, reasoning = _told_apart(_content(entry.get("content"), replaced), replaced)
    files = [
        replaced.line("Image" if file.get("type") == "image" else "File", file.get("name"))
        for file in objects_of(entry.get("files"))
    ]
    return Node(
        key,
        parent,
        role=ROLES.get(word_of(entry.get("role")), NOBODY),
        text=paragraphs(text, *files),
        reasoning=reasoning,
        created_at=moment_of(entry.get("timestamp")),
        model=word_of(entry.get("model")),
        rank=rank,
    )


def _content(content: object, replaced: Replaced) -> str:
    if isinstance(content, str):
        return text_of(content)
    return paragraphs(
        *(
            text_of(part.get("text")) or replaced.line("Part", part.get("type"))
            for part in objects_of(content)
        )
    )


def _told_apart(text: str, replaced: Replaced) -> tuple[str, str]:
    """Return what was said, and what was thought before it."""
    said: list[str] = []
    thought: list[str] = []
    at = 0
    while (start := text.find(_DETAILS, at)) >= 0 and (end := text.find(_END, start)) >= 0:
        said.append(text[at:start].strip())
        kind, _, inner = text[start + len(_DETAILS) : end].partition('"')
        if kind == "reasoning":
            thought.append(_unquoted(inner))
        else:
            said.append(replaced.line("Call of a tool" if kind == "tool_calls" else "Part", ""))
        at = end + len(_END)
    return paragraphs(*said, text[at:].strip() if at else text), paragraphs(*thought)


def _unquoted(inner: str) -> str:
    words = _SUMMARY.sub("", inner.partition(">")[2], count=1)
    return _QUOTED.sub("", unescape(words)).strip()
