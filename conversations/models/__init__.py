"""What is stored, and what a row can say about itself."""

from .attachment import Attachment, Kind
from .chat_model import ChatModel
from .conversation import Conversation
from .generation import Chunk, Generation, Problem, Purpose, Status
from .message import Message, Role

__all__ = [
    "Attachment",
    "ChatModel",
    "Chunk",
    "Conversation",
    "Generation",
    "Kind",
    "Message",
    "Problem",
    "Purpose",
    "Role",
    "Status",
]
