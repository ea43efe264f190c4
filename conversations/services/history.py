"""A branch of the tree, and what of it a model is sent."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from conversations.llm.types import ChatMessage, ContentPart
from conversations.models import Conversation, Message, Role

# Walked up in the database: of a conversation with many branches only this one is loaded.
BRANCH = """
WITH RECURSIVE branch (id, parent_id, depth) AS (
    SELECT id, parent_id, 0 FROM conversations_message WHERE id = %s
    UNION ALL
    SELECT above.id, above.parent_id, branch.depth + 1
    FROM conversations_message AS above JOIN branch ON above.id = branch.parent_id
)
SELECT message.* FROM conversations_message AS message
JOIN branch ON branch.id = message.id ORDER BY branch.depth DESC
"""

# Walked down by the index on siblings: 0.2 ms on SQLite and 0.6 on PostgreSQL (8 and 14 down 5,000 messages).
# To load the ids of the whole tree took 0.9 and 1.3 ms with 40 messages, 6 and 7 with 5,000.
NEWEST_BELOW = """
WITH RECURSIVE below (id, conversation_id, depth) AS (
    SELECT id, conversation_id, 0 FROM conversations_message WHERE id = %s
    UNION ALL
    SELECT (
        SELECT reply.id FROM conversations_message AS reply
        WHERE reply.conversation_id = below.conversation_id AND reply.parent_id = below.id
        ORDER BY reply.position DESC LIMIT 1
    ), below.conversation_id, below.depth + 1
    FROM below WHERE below.id IS NOT NULL
)
SELECT message.* FROM conversations_message AS message
JOIN below ON below.id = message.id ORDER BY below.depth DESC LIMIT 1
"""


def path_to(leaf: Message | None) -> list[Message]:
    """Return the branch from the first message to `leaf`, oldest first, in one query."""
    if leaf is None:
        return []
    return list(Message.objects.raw(BRANCH, [leaf.pk]))


def newest_below(message: Message) -> Message:
    """Return the end of the newest branch that goes through `message`, in one query."""
    return Message.objects.raw(NEWEST_BELOW, [message.pk])[0]


def spoken(branch: Sequence[Message]) -> list[Message]:
    """Return the messages of `branch` that have words: an answer that failed says nothing."""
    return [message for message in branch if message.text.strip()]


def build_messages(
    messages: Sequence[Message], parts: Mapping[int, Sequence[ContentPart]] | None = None
) -> list[ChatMessage]:
    """Return the `messages` array for `messages`: roles take turns, so neighbours of one role are joined.

    `parts` are what messages carry beside their words, by their key; a message without any is a plain string.
    """
    built: list[ChatMessage] = []
    for message in messages:
        role = "user" if message.role == Role.USER else "assistant"
        content = content_of(message, (parts or {}).get(message.pk, ()))
        if built and built[-1]["role"] == role:
            built[-1]["content"] = joined(built[-1]["content"], content)
        else:
            built.append({"role": role, "content": content})  # type: ignore[typeddict-item]
    return built


def content_of(message: Message, parts: Sequence[ContentPart]) -> str | list[ContentPart]:
    """Files come before the words about them, as models read them best."""
    return [*parts, {"type": "text", "text": message.text}] if parts else message.text


def joined(
    first: str | Sequence[ContentPart], second: str | Sequence[ContentPart]
) -> str | list[ContentPart]:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [part for content in (first, second) for part in as_parts(content)]


def as_parts(content: str | Sequence[ContentPart]) -> Sequence[ContentPart]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def fingerprint(message: Message) -> list[str]:
    """Return the public id of `message` and the SHA-256 of its text, as a generation's record keeps them."""
    return [str(message.public_id), sha256(message.text.encode()).hexdigest()]


def shown_branch(conversation: Conversation) -> list[Message]:
    """Return the branch that `conversation` shows, oldest first, in one query."""
    return path_to(conversation.leaf)
