"""What a person is told: who may read their conversations, and who did."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.roles import given
from conversations.models import Conversation

from .access import PERMISSION, mode_of, needs_two
from .models import AccessGrant, Mode, Pseudonym, ReadEvent, Sighting

PAGE = 50
NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """One event as the owner is told it: `count` of their conversations, and which one if it was one."""

    reader_name: str
    action: str
    at: datetime
    reason: str
    count: int
    conversation: Conversation | None


@dataclass(frozen=True, slots=True)
class ReadingsPage:
    """The latest first; `older` leads to the next page, if there is one."""

    rows: list[Reading]
    older: int | None


@dataclass(frozen=True, slots=True)
class WhoMay:
    """In what mode somebody’s conversations are read, by how many, and by what grants at the moment."""

    mode: Mode
    by_two: bool
    readers: list[str]
    more: int
    grants: list[AccessGrant]


def who_may_read(owner: User) -> WhoMay:
    """Return who may read what `owner` writes, in a constant number of queries."""
    mode = mode_of(owner)
    people = User.objects.filter(given(PERMISSION), is_active=True, leaves_at=None).exclude(pk=owner.pk)
    names = list(people.order_by("username_key").values_list("username", flat=True))
    grants = AccessGrant.objects.live().filter(owner=owner).select_related("reader")
    return WhoMay(
        mode=mode,
        by_two=needs_two(owner),
        readers=names[:NAMES_SHOWN],
        more=max(0, len(names) - NAMES_SHOWN),
        grants=list(grants) if mode == Mode.GRANTED else [],
    )


def who_read(
    owner: User, *, conversation: Conversation | None = None, before: int | None = None
) -> ReadingsPage:
    """Return a page of who read what of `owner` (or `conversation` alone), in a constant number of queries.

    A page of results is one row, however many of their conversations stood on it. Why somebody read is told
    where it was about this owner alone.
    """
    seen = Sighting.objects.filter(owner_key__in=Pseudonym.objects.filter(person=owner).values("key"))
    if conversation is not None:
        seen = seen.filter(conversation_id=conversation.public_id)
    if before is not None:
        seen = seen.filter(event__lt=before)
    counted = seen.order_by("-event").values("event").annotate(count=Count("pk"))[: PAGE + 1]
    counts = {row["event"]: row["count"] for row in counted}
    shown = list(counts)[:PAGE]
    which = titled(seen.filter(event__in=[event for event in shown if counts[event] == 1]), owner)
    events = ReadEvent.objects.in_bulk(shown)
    rows = [told(events[event], counts[event], which.get(event)) for event in shown]
    return ReadingsPage(rows, older=shown[-1] if len(counts) > PAGE else None)


def titled(seen: QuerySet[Sighting], owner: User) -> dict[int, Conversation]:
    """Return the conversation of each event in `seen`, as far as it is there."""
    ids: dict[int, UUID] = dict(seen.values_list("event_id", "conversation_id"))
    found = Conversation.objects.visible_to(owner).filter(public_id__in=ids.values())
    there = {one.public_id: one for one in found.only("public_id", "title")}
    return {event: there[public_id] for event, public_id in ids.items() if public_id in there}


def told(event: ReadEvent, count: int, conversation: Conversation | None) -> Reading:
    reason = event.reason if event.owner_name else ""
    action = event.get_action_display()
    return Reading(event.reader_name, action, event.at, reason, count, conversation)
