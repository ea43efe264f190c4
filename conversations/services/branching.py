"""Which branch a conversation shows."""

from conversations.models import Message

from .errors import Conflict
from .history import newest_below


def show_version(message: Message) -> None:
    """Show the newest branch through `message`; raise Conflict while an answer is being written."""
    conversation = message.conversation
    if conversation.generations.active().filter(message__isnull=False).exists():
        raise Conflict("An answer is still being written here. Stop it, or wait for its end.")
    conversation.leaf = newest_below(message)
    conversation.save(update_fields=["leaf"])
