"""What a file is, found out from its bytes; images and PDFs are taken apart in a process of their own."""

import codecs
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from conversations.models import Kind
from conversations.services.errors import Refusal

BENCH = Path(__file__).with_name("bench.py")
PATIENCE_S = 7.0
READING_S = 2.0
IMAGE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Line ends, tabs, form feeds, backspaces and the escapes of terminals stand in honest text files.
CONTROLS_IN_TEXT = frozenset("\t\n\v\f\r\b\x1b")
OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file turned out to be; `data` is what is kept of it."""

    kind: Kind
    media_type: str
    data: bytes
    text: str = ""
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def kind_of(data: bytes) -> Kind:
    """Return which kind the bytes say they are; whether that is true is for `inspect` to prove."""
    if data.startswith(IMAGE_MARKS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return Kind.IMAGE
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    return Kind.TEXT


def inspect(data: bytes, *, name: str) -> Finding:
    """Return what `data` is, within seconds and a bounded memory; raises Refusal when it cannot be taken.

    An image comes back made anew: upright, small enough for a model, its first frame, nothing hidden in it.
    """
    kind = kind_of(data)
    if kind == Kind.TEXT:
        return Finding(kind, "text/plain", data, text=decode(data, name=name))
    facts, picture = take_apart(kind, data, name=name)
    if kind == Kind.IMAGE:
        return Finding(kind, facts["media_type"], picture, width=facts["width"], height=facts["height"])
    text = facts["text"].encode("utf-8", "ignore").decode().replace("\0", "").strip()
    if text and facts["pages_read"] < facts["pages"]:
        text += f"\n\n[Only the first {facts['pages_read']} of {facts['pages']} pages could be read.]"
    return Finding(kind, "application/pdf", data, text=text, pages=facts["pages"])


def decode(data: bytes, *, name: str) -> str:
    """Return what a text file says, line ends as LF; raises Refusal for what is not text in UTF-8."""
    if data.startswith(OTHER_UNICODE):
        raise Refusal(_("“%(name)s” is in UTF-16. Save it as UTF-8 and attach it again.") % {"name": name})
    if data.startswith(OFFICE):
        raise Refusal(
            _(
                "“%(name)s” is an archive or an office file. "
                "Save a document as PDF or as text, and attach that."
            )
            % {"name": name}
        )
    if data[4:8] == b"ftyp":
        raise Refusal(
            _("“%(name)s” is a HEIC or AVIF image, or a video. Save an image as JPEG.") % {"name": name}
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(_("“%(name)s” is not an image, a PDF or text in UTF-8.") % {"name": name}) from None
    if any(letter < " " and letter not in CONTROLS_IN_TEXT for letter in text) or "\x7f" in text:
        raise Refusal(
            _("“%(name)s” is not an image, a PDF or text: it holds bytes that no text has.") % {"name": name}
        )
    if not text.strip():
        raise Refusal(_("“%(name)s” is empty.") % {"name": name})
    return text.replace("\r\n", "\n").replace("\r", "\n")


def take_apart(kind: Kind, data: bytes, *, name: str) -> tuple[dict[str, Any], bytes]:
    """Return what bench.py finds in `data`; raises Refusal when that is a fault, or never comes."""
    command = [sys.executable, "-IB", str(BENCH), kind.value, str(READING_S)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; what is hostile goes in as bytes
            command, input=data, capture_output=True, timeout=PATIENCE_S, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise Refusal(_("“%(name)s” takes too long to read.") % {"name": name}) from None
    line, _newline, picture = done.stdout.partition(b"\n")
    try:
        facts: dict[str, Any] = json.loads(line)
    except ValueError:  # it was ended: by its limits, or by a fault in a library
        facts = {"refused": "heavy"}
    if "refused" in facts:
        raise Refusal(sentence(kind, facts, name=name))
    return facts, picture


def sentence(kind: Kind, facts: dict[str, Any], *, name: str) -> str:
    match facts["refused"]:
        case "pixels":
            return _(
                "“%(name)s” has %(width)s × %(height)s pixels; "
                "images of at most 50 million pixels can be taken."
            ) % {"name": name, "width": intcomma(facts["width"]), "height": intcomma(facts["height"])}
        case "pages":
            return _("“%(name)s” has %(count)s pages; PDFs of at most 100 pages can be taken.") % {
                "name": name,
                "count": intcomma(facts["pages"]),
            }
        case "locked":
            return _("“%(name)s” is protected by a password. Save it without one, and attach it again.") % {
                "name": name
            }
        case "damaged":
            if kind == Kind.IMAGE:
                return _("“%(name)s” is not a whole image: it is damaged or cut off.") % {"name": name}
            return _("“%(name)s” is not a whole PDF: it is damaged or cut off.") % {"name": name}
    return _("“%(name)s” takes too much time or memory to read.") % {"name": name}
