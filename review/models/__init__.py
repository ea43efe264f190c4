"""What is stored about reading, and what a row can say about itself."""

from .access import AccessGrant, AccessRule, Flag, Mode, ModeChange, ModeSeen
from .event import APPEND_ONLY, Action, ReadEvent, ReadEventQuerySet, Sighting
from .finding import Extent, SavedFilter
from .pseudonym import Pseudonym
from .trail_head import TrailHead

__all__ = [
    "APPEND_ONLY",
    "AccessGrant",
    "AccessRule",
    "Action",
    "Extent",
    "Flag",
    "Mode",
    "ModeChange",
    "ModeSeen",
    "Pseudonym",
    "ReadEvent",
    "ReadEventQuerySet",
    "SavedFilter",
    "Sighting",
    "TrailHead",
]
