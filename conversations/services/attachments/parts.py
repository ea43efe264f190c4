"""Attachments as a model is sent them: pictures and PDFs as data URLs, everything else as text with its name.

How each was sent is decided once, when a call is prepared, and kept on its record: `rebuild` follows that.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conversations.llm.types import ContentPart
from conversations.models import Attachment, Kind, Message, Role

from .limits import BYTES_AT_ONCE
from .names import ending_of

# What one request may hold of pictures and of pages, whatever the conversation has grown to.
IMAGES_AT_MOST = 100
PAGES_AT_MOST = 100
BACKTICKS = re.compile(r"`{3,}")


class Way(StrEnum):
    """How an attachment went out."""

    IMAGE = "image"
    PDF = "pdf"
    TEXT = "text"
    UNSEEN = "unseen"  # this model cannot use it
    LEFT_OUT = "left_out"  # newer files took the room that a request has
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sending:
    """An attachment and how it goes out; on a record it stands as its id, hash and way."""

    attachment: Attachment
    way: Way

    @property
    def record(self) -> list[str]:
        return [str(self.attachment.public_id), self.attachment.sha256, self.way.value]


class FileGone(Exception):
    """Bytes that a record needs are not there any more."""


def choose_ways(branch: Sequence[Message], takes: frozenset[Kind]) -> dict[int, list[Sending]]:
    """Return how the attachments of `branch` go out, by message; when they are too many the newest do."""
    room = Room()
    chosen: dict[int, list[Sending]] = {}
    for message in reversed(branch):
        if attachments := attachments_of(message):
            chosen[message.pk] = [Sending(one, room.way_of(one, takes)) for one in attachments]
    return chosen


def attachments_of(message: Message) -> list[Attachment]:
    """Return what `message` carries, in the order it was attached; loaded before for a whole branch."""
    if message.role != Role.USER:
        return []
    return sorted(message.attachments.all(), key=lambda attachment: attachment.pk)


class Room:
    """What is left of what one request can hold."""

    def __init__(self) -> None:
        self.bytes, self.images, self.pages = BYTES_AT_ONCE, IMAGES_AT_MOST, PAGES_AT_MOST

    def way_of(self, attachment: Attachment, takes: frozenset[Kind]) -> Way:
        if attachment.is_deleted or (attachment.kind != Kind.TEXT and not attachment.is_stored):
            return Way.GONE
        if attachment.kind == Kind.TEXT:
            return Way.TEXT
        if attachment.kind in takes:
            way = Way.IMAGE if attachment.kind == Kind.IMAGE else Way.PDF
            if self.takes(attachment):
                return way
            return Way.TEXT if attachment.characters else Way.LEFT_OUT
        return Way.TEXT if attachment.characters else Way.UNSEEN

    def takes(self, attachment: Attachment) -> bool:
        images = int(attachment.kind == Kind.IMAGE)
        pages = attachment.pages or 0
        if attachment.byte_count > self.bytes or images > self.images or pages > self.pages:
            return False
        self.bytes -= attachment.byte_count
        self.images -= images
        self.pages -= pages
        return True


def parts_of(sendings: Iterable[Sending]) -> list[ContentPart]:
    """Return the content parts for `sendings`; raises FileGone when bytes are missing."""
    return [part_of(sending) for sending in sendings]


def part_of(sending: Sending) -> ContentPart:
    attachment = sending.attachment
    if sending.way == Way.IMAGE:
        return {"type": "image_url", "image_url": {"url": data_url(attachment)}}
    if sending.way == Way.PDF:
        return {"type": "file", "file": {"filename": attachment.name, "file_data": data_url(attachment)}}
    if sending.way == Way.TEXT:
        return {"type": "text", "text": fenced(attachment)}
    return {"type": "text", "text": f"[{NOTES[sending.way].format(name=attachment.name)}]"}


NOTES = {
    Way.UNSEEN: "The file “{name}” was attached, but this model cannot read it.",
    Way.LEFT_OUT: "The file “{name}” was attached earlier and is left out here: there are too many.",
    Way.GONE: "The file “{name}” was attached, and has been deleted since.",
}


def data_url(attachment: Attachment) -> str:
    data = attachment.read()
    if data is None:
        raise FileGone
    return f"data:{attachment.media_type};base64,{b64encode(data).decode()}"


def fenced(attachment: Attachment) -> str:
    """Return the text of a file between fences that nothing inside it can close, under its name."""
    longest = max((len(run) for run in BACKTICKS.findall(attachment.text)), default=2)
    fence = "`" * (longest + 1)
    language = ending_of(attachment.name) if attachment.kind == Kind.TEXT else ""
    pages = {None: "", 1: " (the text of its page)"}.get(
        attachment.pages, f" (the text of its {attachment.pages} pages)"
    )
    body = attachment.text.rstrip("\n")
    return f"File “{attachment.name}”{pages}:\n{fence}{language}\n{body}\n{fence}"
