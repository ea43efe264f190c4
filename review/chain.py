"""How the rows of the trail hang together: pure, and never changed, or no trail of the past could be checked.

Each row's hash is made of the one before it and of what the row says: its place, when, the *key* of the
reader, the seals, what was shown, what was done. No name is in it. A *seal* binds what stands beside the
chain (names, address, reason) by the secrets of the people it is about: once a secret is destroyed its seal
says nothing any more, and the chain still holds.
"""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

GENESIS = bytes(32)
SEAL = 16
NO_SEAL = bytes(SEAL)


def key_of(person: int, secret: bytes) -> UUID:
    """Return what stands for the person of that number; without `secret` nobody can tell."""
    return UUID(bytes=hmac.digest(secret, b"person %d" % person, "sha256")[:16])


def moment(at: datetime) -> str:
    """Return `at` as it is hashed: in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def seal(secret: bytes, *words: str) -> bytes:
    return hmac.digest(secret, "\0".join(words).encode(), "sha256")[:SEAL]


def seals_of(
    *, reader: bytes, owner: bytes | None, reader_name: str, address: str, owner_name: str, reason: str
) -> bytes:
    """Return the three seals of a row, by the secrets of its reader and of its owner, if it has one alone."""
    parts = (
        seal(reader, reader_name, address),
        seal(owner, owner_name) if owner else NO_SEAL,
        seal(reader + (owner or b""), reason),
    )
    return b"".join(parts)


def digest_of(shown: Iterable[str]) -> str:
    """Return one hash of what was shown: of each its id and its owner's key, as hex, in order."""
    return sha256("".join(shown).encode()).hexdigest()


def link(
    previous: bytes,
    *,
    position: int,
    at: str,
    reader_key: str,
    seals: bytes,
    shown: str,
    only: str,
    action: str,
) -> bytes:
    """Return the hash of a row behind `previous`; all but the action, the last, have a fixed alphabet."""
    row = f"{position}\n{at}\n{reader_key}\n{seals.hex()}\n{shown}\n{only}\n{action}"
    return sha256(previous + row.encode()).digest()
