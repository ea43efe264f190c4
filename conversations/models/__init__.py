"""What is stored, and what a row can say about itself."""

from .attachment import Attachment, Kind
from .chat_model import ChatModel
from .conversation import Conversation
from .feedback import Feedback, Reason, Thumb
from .generation import Chunk, Generation, Problem, Purpose, Status
from .message import Message, Role
from .policy import Policy
from .preset import Preset
from .prompt import Prompt
from .reply import Reply
from .share import Scope, Share
from .spending import Grant, Period, Reservation, Spending, Usage
from .summary import Summary
from .transfer import Import, Origin, Stage

__all__ = [
    "Attachment",
    "ChatModel",
    "Chunk",
    "Conversation",
    "Feedback",
    "Generation",
    "Grant",
    "Import",
    "Kind",
    "Message",
    "Origin",
    "Period",
    "Policy",
    "Preset",
    "Problem",
    "Prompt",
    "Purpose",
    "Reason",
    "Reply",
    "Reservation",
    "Role",
    "Scope",
    "Share",
    "Spending",
    "Stage",
    "Status",
    "Summary",
    "Thumb",
    "Usage",
]
