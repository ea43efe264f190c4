"""What people type, as forms: a module a concept."""

from .conversations import ChoiceForm, FolderForm, Place, PlaceForm, RenameForm
from .feedback import NO_THUMB, FeedbackForm
from .messages import KeptFilesForm, MessageForm, SeenForm, SummaryForm
from .settings import PresetForm, PromptForm, SettingsForm
from .sharing import ShareForm
from .transfer import UploadForm
from .usage import UsageForm

__all__ = [
    "NO_THUMB",
    "ChoiceForm",
    "FeedbackForm",
    "FolderForm",
    "KeptFilesForm",
    "MessageForm",
    "Place",
    "PlaceForm",
    "PresetForm",
    "PromptForm",
    "RenameForm",
    "SeenForm",
    "SettingsForm",
    "ShareForm",
    "SummaryForm",
    "UploadForm",
    "UsageForm",
]
