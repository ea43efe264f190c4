"""What is stored, and what a row can say about itself."""

from .chat_model import ChatModel
from .conversation import Conversation
from .feedback import Feedback, Reason, Thumb
from .generation import Chunk, Generation, Problem, Purpose, Status
from .message import Message, Role
from .share import Scope, Share
from .summary import Summary

__all__ = [
    "ChatModel",
    "Chunk",
    "Conversation",
    "Feedback",
    "Generation",
    "Message",
    "Problem",
    "Purpose",
    "Reason",
    "Role",
    "Scope",
    "Share",
    "Status",
    "Summary",
    "Thumb",
]
