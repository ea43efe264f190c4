"""What is stored, and what a row can say about itself."""

from .chat_model import ChatModel
from .conversation import Conversation
from .generation import Chunk, Generation, Problem, Purpose, Status
from .message import Message, Role
from .summary import Summary

__all__ = [
    "ChatModel",
    "Chunk",
    "Conversation",
    "Generation",
    "Message",
    "Problem",
    "Purpose",
    "Role",
    "Status",
    "Summary",
]
