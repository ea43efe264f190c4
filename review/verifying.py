"""Whether the trail is as it was written: read in batches of plain rows, without a model of any of them.

A site goes on while it is checked: nothing is held, the walk ends where the head was when it began, and a row
that does not fit is looked at once more, since a person may have been deleted meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, Max, OuterRef

from . import chain
from .models import Action, Pseudonym, ReadEvent, Sighting, TrailHead
from .trail import is_signed

BATCH = 2_000
# With models of Django's, rows came at a fifth of the speed. All that is a key or an id comes as hex.
EVENTS = """
SELECT id, position, {at}, {reader_key}, seals, hash, {conversation_id}, action, reader_id, reader_name,
{address},
    owner_name, reason
FROM review_readevent WHERE position > %s AND position <= %s ORDER BY position
"""
SIGHTINGS = """
SELECT shown.event_id, {conversation_id}, {owner_key}
FROM review_sighting AS shown JOIN review_readevent AS event ON event.id = shown.event_id
WHERE event.position > %s AND event.position <= %s ORDER BY shown.id
"""


class Anchor(NamedTuple):
    """A place in the chain, as an earlier check told it."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows fit, where the trail ends, and what is wrong with the first row that does not fit."""

    rows: int
    head: Anchor
    broken: str = ""


class Row(NamedTuple):
    """A row of the trail as the database has it; what may be empty in it is an empty word."""

    id: int
    position: int
    at: str
    reader_key: str
    seals: bytes
    hash: bytes
    conversation_id: str
    action: str
    reader_id: int | None
    reader_name: str
    address: str
    owner_name: str
    reason: str


class Secrets:
    """By what seals are checked: the secret and the number of each person, and which keys were destroyed."""

    def __init__(self) -> None:
        rows = Pseudonym.objects.values_list("key", "secret", "person_id")
        self.known: dict[str, tuple[bytes, int | None]] = {
            key.hex: (bytes(secret), person) for key, secret, person in rows
        }
        gone = ReadEvent.objects.filter(action=Action.FORGOTTEN).values_list("reader_key", flat=True)
        self.destroyed = {key.hex for key in gone}

    def of(self, key: str) -> bytes | None:
        return self.known[key][0] if key in self.known else None

    def flaw(self) -> str:
        """Tell whose key is not theirs: it was given to somebody else."""
        for key, (secret, person) in self.known.items():
            if person is not None and chain.key_of(person, secret).hex != key:
                return f"The key {key} does not belong to the person with the number {person}."
        return ""


def verify(*, anchor: Anchor | None = None, unsigned: bool = False) -> Outcome:
    """Go through the whole trail, and tell also whether it still holds `anchor`, of an earlier check.

    `unsigned` lets a head pass that was not signed with a key of today, and asks whether all else holds.
    """
    head = TrailHead.objects.first()
    if head is None:
        return Outcome(0, Anchor(0, chain.GENESIS.hex()), "The head is missing.")
    end = Anchor(head.position, bytes(head.hash).hex())
    if not (unsigned or is_signed(head)):
        return Outcome(0, end, "The head is not signed by this site.")
    secrets = Secrets()
    if flaw := secrets.flaw():
        return Outcome(0, end, flaw)
    reached = Anchor(0, chain.GENESIS.hex())
    for start in range(0, head.position, BATCH):
        upto = min(start + BATCH, head.position)
        reached, flaw = walk(reached, upto, secrets=secrets, anchor=anchor)
        if flaw:
            reached, flaw = walk(reached, upto, secrets=Secrets(), anchor=anchor)
        if flaw:
            return Outcome(reached.position, end, flaw)
    return Outcome(reached.position, end, flaw_at_the_end(end, reached, anchor))


def walk(behind: Anchor, upto: int, *, secrets: Secrets, anchor: Anchor | None) -> tuple[Anchor, str]:
    """Return how far the rows behind that place fit, up to `upto`, and what is wrong with the next one."""
    position, previous = behind.position, bytes.fromhex(behind.hash)
    shown = sightings(position, upto)
    for row in events(position, upto):
        flaw = flaw_of(row, shown.get(row.id, ()), position=position + 1, previous=previous, secrets=secrets)
        if not flaw and anchor and anchor.position == row.position and anchor.hash != row.hash.hex():
            flaw = "it is not the one that an earlier check saw"
        if flaw:
            return Anchor(position, previous.hex()), f"Row {row.position} (number {row.id}): {flaw}."
        position, previous = row.position, row.hash
    if position < upto:
        return Anchor(position, previous.hex()), f"Row {position + 1} is missing."
    return Anchor(position, previous.hex()), ""


def events(after: int, upto: int) -> Iterator[Row]:
    with connection.cursor() as cursor:
        cursor.execute(in_dialect(EVENTS), [after, upto])
        on_sqlite = connection.vendor == "sqlite"
        for row in cursor.fetchall():
            at = row[2]
            # SQLite has the text that Django wrote, without microseconds where there were none.
            at = f"{at}.000000" if on_sqlite and len(at) == 19 else at
            yield Row._make((*row[:2], at, *row[3:]))


def sightings(after: int, upto: int) -> dict[int, list[tuple[str, str]]]:
    """Return what the events in between showed: pairs of a conversation and the key of its owner."""
    shown: dict[int, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(in_dialect(SIGHTINGS), [after, upto])
        for event, conversation, owner in cursor.fetchall():
            shown.setdefault(event, []).append((conversation, owner))
    return shown


def in_dialect(statement: str) -> str:
    on_postgres = connection.vendor == "postgresql"

    def key(name: str) -> str:
        return f"replace(coalesce({name}::text, ''), '-', '')" if on_postgres else f"coalesce({name}, '')"

    at = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')" if on_postgres else "at || ''"
    table = "shown." if "review_sighting" in statement else ""
    return statement.format(
        at=at,
        address="coalesce(host(address), '')" if on_postgres else "coalesce(address, '')",
        reader_key=key("reader_key"),
        owner_key=key("shown.owner_key"),
        conversation_id=key(f"{table}conversation_id"),
    )


def flaw_of(
    row: Row, shown: list[tuple[str, str]] | tuple[()], *, position: int, previous: bytes, secrets: Secrets
) -> str:
    """Tell what is wrong with `row`, or nothing; `previous` is the hash of the row before it."""
    if row.position != position:
        return f"row {position} is missing before it"
    hashed = chain.link(
        previous,
        position=position,
        at=row.at,
        reader_key=row.reader_key,
        seals=row.seals or b"",
        shown=chain.digest_of(part for pair in shown for part in pair),
        only=row.conversation_id,
        action=row.action,
    )
    if hashed != row.hash:
        return "it, or the row before it, is not as it was written"
    owners = {owner for _conversation, owner in shown}
    return flaw_beside(row, owners.pop() if len(owners) == 1 else None, secrets)


def flaw_beside(row: Row, owner_key: str | None, secrets: Secrets) -> str:
    """Tell what is wrong beside the chain: words are as sealed, or emptied with a person who was deleted."""
    reader, owner = secrets.of(row.reader_key), secrets.of(owner_key) if owner_key else None
    for key in (row.reader_key, owner_key):
        if key and key not in secrets.known and key not in secrets.destroyed:
            return "the key of a person is missing, and nobody was deleted"
    if reader is None:
        if row.reader_name or row.address or row.reason or row.reader_id is not None:
            return "it names somebody who was deleted"
    elif chain.seal(reader, row.reader_name, row.address) != row.seals[: chain.SEAL]:
        return "the reader’s name or address was changed"
    elif row.reader_id not in {None, secrets.known[row.reader_key][1]}:
        return "its reader was changed"
    return flaw_of_words(row, owner_key, reader=reader, owner=owner)


def flaw_of_words(row: Row, owner_key: str | None, *, reader: bytes | None, owner: bytes | None) -> str:
    if owner_key is None or owner is None:
        if row.owner_name:
            return "it names an owner who was deleted, or whom it is not about"
    elif chain.seal(owner, row.owner_name) != row.seals[chain.SEAL : 2 * chain.SEAL]:
        return "the owner’s name was changed"
    if reader is None or (owner_key and owner is None):
        return "it holds the reason of who was deleted" if row.reason else ""
    if chain.seal(reader + (owner or b""), row.reason) != row.seals[2 * chain.SEAL :]:
        return "the reason was changed"
    return ""


def flaw_at_the_end(end: Anchor, reached: Anchor, anchor: Anchor | None) -> str:
    """Tell what lies beside the chain or behind its end, where the walk itself does not come."""
    if reached != end:
        return f"The head says that row {end.position} is another one."
    if anchor and anchor.position > end.position:
        return f"Row {end.position + 1} is missing: an earlier check saw {anchor.position} rows."
    farthest = ReadEvent.objects.aggregate(most=Max("position"))["most"] or 0
    if farthest > (TrailHead.objects.values_list("position", flat=True).first() or 0):
        return f"Row {farthest} stands behind the head."
    if loose := ReadEvent.objects.filter(position=None).order_by("pk").first():
        return f"The row with the number {loose.pk} is not in the chain (after an upgrade: --take-over)."
    orphans = Sighting.objects.filter(~Exists(ReadEvent.objects.filter(pk=OuterRef("event_id"))))
    if orphan := orphans.first():
        return f"What the row with the number {orphan.event_id} showed is there without it."
    return ""
