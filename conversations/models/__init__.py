"""What is stored, and what a row can say about itself."""

from .chat_model import ChatModel
from .conversation import Conversation
from .generation import Chunk, Generation, Problem, Purpose, Status
from .message import Message, Role
from .preset import Preset
from .prompt import Prompt

__all__ = [
    "ChatModel",
    "Chunk",
    "Conversation",
    "Generation",
    "Message",
    "Preset",
    "Problem",
    "Prompt",
    "Purpose",
    "Role",
    "Status",
]
