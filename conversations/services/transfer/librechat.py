"""LibreChat's export of one conversation: messages that name their parent, or that hold their `children`."""

from conversations.models import Role

from .reading import Json, Replaced, moment_of, object_of, objects_of, paragraphs, text_of, word_of
from .trees import Node, grow
from .values import ConversationCopy


def fits(record: Json) -> bool:
    has_messages = isinstance(record.get("messages"), list) or isinstance(record.get("messagesTree"), list)
    return has_messages and isinstance(record.get("conversationId"), str)


def read(record: Json) -> ConversationCopy:
    """Return the conversation of `record`; raises Unreadable."""
    options = object_of(record.get("options"))
    replaced = Replaced()
    nodes = _nodes(objects_of(record.get("messagesTree")) or objects_of(record.get("messages")), replaced)
    messages, leaf = grow(nodes, None)
    return ConversationCopy(
        key=word_of(record["conversationId"]),
        messages=messages,
        leaf=leaf,
        title=word_of(record.get("title")),
        created_at=messages[0].created_at,
        updated_at=max((message.created_at for message in messages if message.created_at), default=None),
        model=word_of(options.get("model")),
        system_prompt=text_of(options.get("promptPrefix")),
        replaced=replaced.count,
    )


def _nodes(entries: list[Json], replaced: Replaced) -> list[Node]:
    """Return the nodes of `entries` and of the children they hold, in the order of the file."""
    nodes: list[Node] = []
    stack: list[tuple[Json, str | None]] = [(entry, None) for entry in reversed(entries)]
    while stack:
        entry, above = stack.pop()
        key = word_of(entry.get("messageId")) or f"#{len(nodes)}"
        nodes.append(_node(entry, key, above or word_of(entry.get("parentMessageId")), replaced))
        stack.extend((child, key) for child in reversed(objects_of(entry.get("children"))))
    return nodes


def _node(entry: Json, key: str, parent: str, replaced: Replaced) -> Node:
    parts = objects_of(entry.get("content"))
    said = [_part(part, replaced) for part in parts]
    thought = [text_of(part.get("think")) for part in parts if part.get("type") == "think"]
    files = [
        replaced.line(
            "Image" if word_of(file.get("type")).startswith("image/") else "File", file.get("filename")
        )
        for file in objects_of(entry.get("files"))
    ]
    return Node(
        key,
        parent,
        role=Role.USER if entry.get("isCreatedByUser") is True else Role.ASSISTANT,
        text=paragraphs(*said, *files) if parts else paragraphs(text_of(entry.get("text")), *files),
        reasoning=paragraphs(*thought),
        created_at=moment_of(entry.get("createdAt")),
        model=word_of(entry.get("model")),
    )


def _part(part: Json, replaced: Replaced) -> str:
    kind = word_of(part.get("type"))
    if kind == "text":
        words = part.get("text")
        return text_of(object_of(words).get("value") if isinstance(words, dict) else words)
    if kind == "think":
        return ""
    if kind == "tool_call":
        return replaced.line("Call of a tool", object_of(part.get("tool_call")).get("name"))
    return replaced.line("Image") if kind.startswith("image") else replaced.line("Part", kind)
