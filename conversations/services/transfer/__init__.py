"""Out as files, and in from the files of others. docs/transfer.md describes our own format."""

from .exporting import Export, Kind, export_conversation, export_everything
from .formats import LABELS
from .importing import advance, begin, drop, receive
from .unpacking import too_large

__all__ = [
    "LABELS",
    "Export",
    "Kind",
    "advance",
    "begin",
    "drop",
    "export_conversation",
    "export_everything",
    "receive",
    "too_large",
]
