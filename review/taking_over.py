"""Rows of the trail that are not chained: those of before the chain, or of an older version beside this one.

Given how models are found, so that the migration and `verify_trail --take-over` do the same. Their rows are
plain ones: of the guards of the models nothing is known here.
"""

from collections.abc import Callable
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

from django.core.signing import Signer
from django.db.models import QuerySet

from . import chain

SALT = "review.trail"
GetModel = Callable[[str, str], Any]


class People:
    """The keys of people, and of those who are not here any more."""

    def __init__(self, get_model: GetModel) -> None:
        self.pseudonyms: QuerySet[Any] = QuerySet(get_model("review", "Pseudonym"))
        self.users: QuerySet[Any] = QuerySet(get_model("accounts", "User"))
        self.conversations: QuerySet[Any] = QuerySet(get_model("conversations", "Conversation"))
        self.known: dict[int | str, tuple[UUID, bytes]] = {}
        self.gone: list[UUID] = []

    def of(self, person: int | None, *, name: str) -> tuple[UUID, bytes]:
        """Return the key and the secret of `person`; who is known by a name alone is one of their own."""
        place = name if person is None else person
        if place not in self.known:
            row = self.pseudonyms.filter(person_id=person).first() if person is not None else None
            self.known[place] = (row.key, bytes(row.secret)) if row else self.add(person)
        return self.known[place]

    def add(self, person: int | None) -> tuple[UUID, bytes]:
        secret = token_bytes(16)
        key = uuid4() if person is None else chain.key_of(person, secret)
        self.pseudonyms.create(person_id=person, key=key, secret=secret)
        return key, secret

    def nobody(self, name: str) -> tuple[UUID, bytes]:
        """Return a key of which nobody will know whose it is."""
        place = f"gone {name}"
        if place not in self.known:
            self.known[place] = (uuid4(), token_bytes(16))
            self.gone.append(self.known[place][0])
        return self.known[place]

    def owner_of(self, event: Any) -> int | None:  # noqa: ANN401 - a model of any version
        """Return whose the conversation is: by its row, else by a name that is not older than its account."""
        owner = self.conversations.filter(public_id=event.conversation_id).values_list("owner_id", flat=True)
        by_name = self.users.filter(username=event.owner_name, date_joined__lte=event.at, forgotten_at=None)
        found: int | None = owner.first() or by_name.values_list("pk", flat=True).first()
        return found

    def is_gone(self, person: int) -> bool:
        return bool(self.users.filter(pk=person).exclude(forgotten_at=None).exists())


def take_over(get_model: GetModel) -> int:
    """Chain every row that is not, in the order in which they were written, and return how many there were.

    Names of people who were deleted before are emptied. Whoever calls it holds the head, where there is one.
    """
    events: QuerySet[Any] = QuerySet(get_model("review", "ReadEvent"))
    heads: QuerySet[Any] = QuerySet(get_model("review", "TrailHead"))
    people = People(get_model)
    head = heads.first() or get_model("review", "TrailHead")(pk=1, position=0, hash=chain.GENESIS)
    taken = 0
    for event in events.filter(position=None).order_by("pk").iterator():
        chain_up(event, head, people, get_model)
        taken += 1
    for key in people.gone:
        event = get_model("review", "ReadEvent")(reader_key=key, action="forgotten", seals=bytes(48))
        put_behind(event, head, shown=[])
        event.save_base(raw=True, force_insert=True)
    head.signature = Signer(salt=SALT).signature(f"{head.position}:{bytes(head.hash).hex()}")
    head.save()
    return taken


def chain_up(event: Any, head: Any, people: People, get_model: GetModel) -> None:  # noqa: ANN401
    reader_key, reader_secret = people.of(event.reader_id, name=event.reader_name)
    if event.reader_id is not None and people.is_gone(event.reader_id):
        reader_key, reader_secret = people.nobody(f"reader {event.reader_id}")
        event.reader_id, event.reader_name, event.address, event.reason = None, "", None, ""
    owner = people.owner_of(event)
    if owner is None:
        owner_key, owner_secret = people.nobody(f"owner {event.owner_name}")
        event.owner_name = event.reason = ""
    else:
        owner_key, owner_secret = people.of(owner, name=event.owner_name)
    event.reader_key = reader_key
    event.seals = chain.seals_of(
        reader=reader_secret,
        owner=owner_secret,
        reader_name=event.reader_name,
        address=event.address or "",
        owner_name=event.owner_name,
        reason=event.reason,
    )
    put_behind(event, head, shown=[event.conversation_id.hex, owner_key.hex])
    event.save_base(raw=True, force_update=True)
    sighting = get_model("review", "Sighting")
    row = sighting(event_id=event.pk, conversation_id=event.conversation_id, owner_key=owner_key)
    QuerySet(sighting).bulk_create([row])


def put_behind(event: Any, head: Any, *, shown: list[str]) -> None:  # noqa: ANN401
    """Give `event` its place behind `head`, and move the head there."""
    event.position = head.position + 1
    event.hash = chain.link(
        bytes(head.hash),
        position=event.position,
        at=chain.moment(event.at),
        reader_key=event.reader_key.hex,
        seals=bytes(event.seals),
        shown=chain.digest_of(shown),
        only=event.conversation_id.hex if event.conversation_id else "",
        action=event.action,
    )
    head.position, head.hash = event.position, event.hash
