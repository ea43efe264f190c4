"""Facts about conversations, and nothing that anybody wrote: words are read where reading is on record."""

from .attachment import AttachmentAdmin
from .chat_model import ChatModelAdmin
from .conversation import ConversationAdmin
from .generation import ChunkAdmin, GenerationAdmin
from .message import MessageAdmin

__all__ = [
    "AttachmentAdmin",
    "ChatModelAdmin",
    "ChunkAdmin",
    "ConversationAdmin",
    "GenerationAdmin",
    "MessageAdmin",
]
