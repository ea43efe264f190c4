"""Facts about conversations, and nothing that anybody wrote: words are read where reading is on record."""

from .attachment import AttachmentAdmin
from .chat_model import ChatModelAdmin
from .conversation import ConversationAdmin
from .feedback import FeedbackAdmin
from .generation import ChunkAdmin, GenerationAdmin
from .message import MessageAdmin
from .policy import PolicyAdmin
from .preset import PresetAdmin, PromptAdmin
from .reply import ReplyAdmin
from .share import ShareAdmin
from .spending import GrantAdmin, ReservationAdmin, SpendingAdmin, UsageAdmin
from .summary import SummaryAdmin
from .transfer import ImportAdmin, OriginAdmin

__all__ = [
    "AttachmentAdmin",
    "ChatModelAdmin",
    "ChunkAdmin",
    "ConversationAdmin",
    "FeedbackAdmin",
    "GenerationAdmin",
    "GrantAdmin",
    "ImportAdmin",
    "MessageAdmin",
    "OriginAdmin",
    "PolicyAdmin",
    "PresetAdmin",
    "PromptAdmin",
    "ReplyAdmin",
    "ReservationAdmin",
    "ShareAdmin",
    "SpendingAdmin",
    "SummaryAdmin",
    "UsageAdmin",
]
