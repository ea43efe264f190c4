"""What is stored about reading, and what a row can say about itself."""

from .event import APPEND_ONLY, Action, ReadEvent, ReadEventQuerySet, Sighting
from .finding import SavedFilter, Tally
from .pseudonym import Pseudonym
from .trail_head import TrailHead

__all__ = [
    "APPEND_ONLY",
    "Action",
    "Pseudonym",
    "ReadEvent",
    "ReadEventQuerySet",
    "SavedFilter",
    "Sighting",
    "Tally",
    "TrailHead",
]
