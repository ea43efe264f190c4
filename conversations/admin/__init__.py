"""Facts about conversations, and nothing that anybody wrote: words are read where reading is on record."""

from .chat_model import ChatModelAdmin
from .conversation import ConversationAdmin
from .generation import ChunkAdmin, GenerationAdmin
from .message import MessageAdmin
from .transfer import ImportAdmin, OriginAdmin

__all__ = [
    "ChatModelAdmin",
    "ChunkAdmin",
    "ConversationAdmin",
    "GenerationAdmin",
    "ImportAdmin",
    "MessageAdmin",
    "OriginAdmin",
]
