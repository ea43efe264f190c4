"""What is stored about reading, and what a row can say about itself."""

from .access import AccessGrant, AccessRule, Flag, Mode, ModeChange, ModeSeen
from .event import APPEND_ONLY, Action, ReadEvent, ReadEventQuerySet, Sighting
from .finding import Extent, SavedFilter
from .judging import Label, Note, Placement, Score, State, Step, Sticker, Verdict
from .pseudonym import Pseudonym
from .trail_head import TrailHead

__all__ = [
    "APPEND_ONLY",
    "AccessGrant",
    "AccessRule",
    "Action",
    "Extent",
    "Flag",
    "Label",
    "Mode",
    "ModeChange",
    "ModeSeen",
    "Note",
    "Placement",
    "Pseudonym",
    "ReadEvent",
    "ReadEventQuerySet",
    "SavedFilter",
    "Score",
    "Sighting",
    "State",
    "Step",
    "Sticker",
    "TrailHead",
    "Verdict",
]
