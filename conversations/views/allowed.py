"""What the person who looks may do here, for a page to show; services ask again, and strictly."""

from accounts.models import User
from conversations import wiring
from conversations.services.limits import UNLIMITED, Limits, limits_of


def limits_shown(person: User) -> Limits:
    """Return what `person` may use: without a query where nothing is said of anybody."""
    return limits_of(person) if wiring.choice.has_policies() else UNLIMITED
