"""Claude's export: a list of conversations, each with its `chat_messages` in order, or as a tree."""

from conversations.models import Role

from .reading import Json, Replaced, moment_of, objects_of, paragraphs, text_of, word_of
from .trees import NOBODY, Node, grow
from .values import ConversationCopy

ROLES = {"human": Role.USER, "user": Role.USER, "assistant": Role.ASSISTANT}


def fits(record: Json) -> bool:
    return isinstance(record.get("chat_messages"), list)


def read(record: Json) -> ConversationCopy:
    """Return the conversation of `record`; raises Unreadable."""
    entries = objects_of(record["chat_messages"])
    # Older exports have no tree: a message follows the one before it.
    is_tree = any("parent_message_uuid" in entry for entry in entries)
    replaced = Replaced()
    nodes: list[Node] = []
    for number, entry in enumerate(entries):
        before = nodes[-1].key if nodes else None
        parent = word_of(entry.get("parent_message_uuid")) if is_tree else before
        nodes.append(_node(entry, word_of(entry.get("uuid")) or f"#{number}", parent, replaced))
    messages, leaf = grow(nodes, word_of(record.get("current_leaf_message_uuid")))
    return ConversationCopy(
        key=word_of(record.get("uuid")),
        messages=messages,
        leaf=leaf,
        title=word_of(record.get("name")),
        created_at=moment_of(record.get("created_at")),
        updated_at=moment_of(record.get("updated_at")),
        model=word_of(record.get("model")),
        pinned=record.get("is_starred") is True,
        replaced=replaced.count,
    )


def _node(entry: Json, key: str, parent: str | None, replaced: Replaced) -> Node:
    blocks = objects_of(entry.get("content"))
    text = paragraphs(*(_block(block, replaced) for block in blocks))
    # Only thoughts and texts can be told apart in `content`; where it is empty the text stands alone.
    text = text or text_of(entry.get("text"))
    attached = [_attachment(file, replaced) for file in objects_of(entry.get("attachments"))]
    files = [replaced.line("File", file.get("file_name")) for file in objects_of(entry.get("files"))]
    return Node(
        key,
        parent,
        role=ROLES.get(word_of(entry.get("sender")), NOBODY),
        text=paragraphs(text, *attached, *files),
        reasoning=paragraphs(*(text_of(block.get("thinking")) for block in blocks)),
        created_at=moment_of(entry.get("created_at")),
        model=word_of(entry.get("model")),
    )


def _block(block: Json, replaced: Replaced) -> str:
    kind = word_of(block.get("type"))
    if kind == "text":
        return text_of(block.get("text"))
    if kind in {"thinking", "redacted_thinking", "token_budget", "flag"}:
        return ""
    if kind == "tool_use":
        return replaced.line("Call of a tool", block.get("name"))
    if kind == "tool_result":
        return replaced.line("Result of a tool", block.get("name"))
    return replaced.line("Image" if kind == "image" else "Part", "" if kind == "image" else kind)


def _attachment(file: Json, replaced: Replaced) -> str:
    """The words of a pasted or attached text are part of the question, so they stay."""
    words = text_of(file.get("extracted_content"))
    return paragraphs(replaced.line("File", file.get("file_name")), words)
