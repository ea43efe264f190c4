"""What is stored, and what a row can say about itself."""

from .chat_model import ChatModel
from .conversation import Conversation
from .generation import Chunk, Generation, Problem, Purpose, Status
from .message import Message, Role
from .transfer import Import, Origin, Stage

__all__ = [
    "ChatModel",
    "Chunk",
    "Conversation",
    "Generation",
    "Import",
    "Message",
    "Origin",
    "Problem",
    "Purpose",
    "Role",
    "Stage",
    "Status",
]
