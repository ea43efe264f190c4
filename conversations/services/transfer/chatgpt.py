"""ChatGPT's `conversations.json`: a tree of nodes by id under `mapping`, the shown one in `current_node`."""

from conversations.models import Role

from .reading import Json, Replaced, list_of, moment_of, object_of, objects_of, paragraphs, text_of, word_of
from .trees import NOBODY, Node, grow
from .values import ConversationCopy

# What the site told the model about the person, and headings of thoughts: nobody said it.
UNSPOKEN = {"user_editable_context", "model_editable_context", "reasoning_recap"}
ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "tool": Role.ASSISTANT}
MEDIA = {"image": "Image", "audio": "Audio", "video": "Video", "real_time": "Audio and video"}


def fits(record: Json) -> bool:
    return isinstance(record.get("mapping"), dict)


def read(record: Json) -> ConversationCopy:
    """Return the conversation of `record`; raises Unreadable."""
    mapping = {key: object_of(entry) for key, entry in object_of(record["mapping"]).items()}
    ranks = {
        child: rank
        for entry in mapping.values()
        for rank, child in enumerate(list_of(entry.get("children")))
        if isinstance(child, str)
    }
    replaced = Replaced()
    nodes = [_node(key, entry, ranks.get(key, 0), replaced) for key, entry in mapping.items()]
    messages, leaf = grow(nodes, word_of(record.get("current_node")))
    return ConversationCopy(
        key=word_of(record.get("conversation_id")) or word_of(record.get("id")),
        messages=messages,
        leaf=leaf,
        title=word_of(record.get("title")),
        created_at=moment_of(record.get("create_time")),
        updated_at=moment_of(record.get("update_time")),
        model=word_of(record.get("default_model_slug")),
        archived=record.get("is_archived") is True,
        pinned=record.get("is_starred") is True,
        replaced=replaced.count,
    )


def _node(key: str, entry: Json, rank: int, replaced: Replaced) -> Node:
    message = object_of(entry.get("message"))
    metadata, content = object_of(message.get("metadata")), object_of(message.get("content"))
    author = word_of(object_of(message.get("author")).get("role"))
    kind = word_of(content.get("content_type"))
    hidden = metadata.get("is_visually_hidden_from_conversation") is True or kind in UNSPOKEN
    parent = entry.get("parent")
    node = Node(key, parent if isinstance(parent, str) else None, rank=rank)
    if hidden or author not in ROLES:
        return node
    text = _text(message, kind, content, author, replaced)
    files = [replaced.line("File", file.get("name")) for file in objects_of(metadata.get("attachments"))]
    thoughts = [text_of(thought.get("content")) for thought in objects_of(content.get("thoughts"))]
    return Node(
        key,
        node.parent,
        role=ROLES.get(author, NOBODY),
        text=paragraphs(text, *files),
        reasoning=paragraphs(*thoughts),
        created_at=moment_of(message.get("create_time")),
        model=word_of(metadata.get("model_slug")) if author == "assistant" else "",
        rank=rank,
    )


def _text(message: Json, kind: str, content: Json, author: str, replaced: Replaced) -> str:
    recipient = word_of(message.get("recipient")) or "all"
    if author == "tool":
        return replaced.line("Result of a tool", object_of(message.get("author")).get("name"))
    if author == "assistant" and recipient != "all":
        return replaced.line("Call of a tool", recipient)
    if kind == "thoughts":
        return ""
    if kind == "code":
        language = word_of(content.get("language"), 40)
        return f"```{'' if language == 'unknown' else language}\n{text_of(content.get('text'))}\n```"
    if "parts" in content:
        return paragraphs(*(_part(part, replaced) for part in list_of(content["parts"])))
    return text_of(content.get("text")) or (replaced.line("Part", kind) if kind else "")


def _part(part: object, replaced: Replaced) -> str:
    if isinstance(part, str):
        return text_of(part)
    details = object_of(part)
    if words := text_of(details.get("text")):  # what was said aloud, written down
        return words
    kind = word_of(details.get("content_type"))
    what = next((name for start, name in MEDIA.items() if kind.startswith(start)), "")
    return replaced.line(what) if what else replaced.line("Part", kind)
