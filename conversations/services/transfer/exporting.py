"""A conversation as a file, and everything of a person as a zip that is made while it is sent."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from accounts.models import User
from conversations.models import Conversation
from conversations.services.history import shown_branch

from . import house, markdown, page
from .writing import copy_of

Kind = Literal["md", "json", "html"]
TYPES: dict[Kind, str] = {"md": "text/markdown", "json": "application/json", "html": "text/html"}
SLUG_CHARACTERS = 50
PIECE_BYTES = 128 * 1024
_NOT_IN_NAMES = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be kept."""

    name: str
    content_type: str
    content: str


def export_conversation(conversation: Conversation, kind: Kind) -> Export:
    """Return `conversation` as a file: its whole tree as JSON, or the branch it shows as Markdown or HTML."""
    if kind == "json":
        content = house.write(copy_of(conversation))
    else:
        branch = shown_branch(conversation)
        content = (markdown if kind == "md" else page).write(conversation, branch)
    return Export(file_name(conversation, kind), f"{TYPES[kind]}; charset=utf-8", content)


def file_name(conversation: Conversation, kind: str) -> str:
    """Return a name that every system takes, in any language, and that no other conversation has.

    It begins with the date: so it is no device of Windows, and files stand in their order.
    """
    title = unicodedata.normalize("NFC", conversation.title)
    slug = _NOT_IN_NAMES.sub("-", title)[:SLUG_CHARACTERS].strip("-")
    parts = [f"{conversation.created_at:%Y-%m-%d}", slug, conversation.public_id.hex[:12]]
    return "-".join(part for part in parts if part) + f".{kind}"


def export_everything(owner: User) -> Iterator[bytes]:
    """Yield a zip with each conversation of `owner` as JSON; one conversation is in memory at a time.

    No query is open between two pieces, so whoever sends them to a slow client may give the connection back.
    """
    piece = Piece()
    with zipfile.ZipFile(piece, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for conversation in _each(owner):
            name = file_name(conversation, "json")
            archive.writestr(name, house.write(copy_of(conversation)))
            if piece.size >= PIECE_BYTES:
                yield piece.take()
    yield piece.take()


def _each(owner: User) -> Iterator[Conversation]:
    """Yield what `owner` has as of now and keeps; what is begun meanwhile is not waited for."""
    rows = Conversation.objects.visible_to(owner).lasting().select_related("model").order_by("pk")
    last = 0
    while conversation := rows.filter(pk__gt=last).first():
        yield conversation
        last = conversation.pk


class Piece(io.RawIOBase):
    """Where a zip is written to: it cannot go back, and what it has is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        self.size += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces, self.size = [], 0
        return taken
