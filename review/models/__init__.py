"""What is stored about reading, and what a row can say about itself."""

from .access import AccessGrant, AccessRule, Flag, Mode, ModeChange, ModeSeen
from .event import APPEND_ONLY, Action, ReadEvent, ReadEventQuerySet, Sighting
from .finding import Extent, SavedFilter
from .judging import Label, Note, Placement, Score, State, Step, Sticker, Verdict
from .keeping import (
    Held,
    Hold,
    PurgeReceipt,
    Reach,
    ReceiptHead,
    RetentionChange,
    RetentionPolicy,
    Sort,
)
from .pseudonym import Pseudonym
from .trail_head import TrailHead

__all__ = [
    "APPEND_ONLY",
    "AccessGrant",
    "AccessRule",
    "Action",
    "Extent",
    "Flag",
    "Held",
    "Hold",
    "Label",
    "Mode",
    "ModeChange",
    "ModeSeen",
    "Note",
    "Placement",
    "Pseudonym",
    "PurgeReceipt",
    "Reach",
    "ReadEvent",
    "ReadEventQuerySet",
    "ReceiptHead",
    "RetentionChange",
    "RetentionPolicy",
    "SavedFilter",
    "Score",
    "Sighting",
    "Sort",
    "State",
    "Step",
    "Sticker",
    "TrailHead",
    "Verdict",
]
