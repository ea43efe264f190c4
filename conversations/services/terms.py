"""How long what goes by itself stays, for one person: as the site says, unless another app says otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Terms:
    """How long something stays in the trash, and a temporary conversation after its last word."""

    trash_days: int
    temporary_hours: int


# Each returns the terms of a person, given what was said so far. An app registers when it is ready.
SAYS: list[Callable[[User, Terms], Terms]] = []


def terms_of(person: User, site: Terms) -> Terms:
    """Return what holds for `person`, where `site` is what holds for all of whom nothing else is said."""
    terms = site
    for say in SAYS:
        terms = say(person, terms)
    return terms
