"""Takes a hostile file apart in a process of its own: `python -IB bench.py image|pdf SECONDS`.

Bytes go in; what comes out is one line of JSON and, for an image, the bytes of the picture made anew. Nothing
of ours is imported here. The process has little memory and little time, no files to write and no children;
whoever started it kills it when it does not end. A PDF's text is read for SECONDS, and what came by
then is kept.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

# Only the one that is needed: each start counts.
if TYPE_CHECKING or sys.argv[1:2] != ["pdf"]:
    from PIL import Image, ImageOps
if TYPE_CHECKING or sys.argv[1:2] == ["pdf"]:
    from pypdf import PdfReader

MEMORY_BYTES = 1_000_000_000
PROCESSOR_S = 6
PIXELS = 50_000_000
LONGEST_SIDE = 1568
PICTURE_BYTES = 3_500_000
PAGES = 100
CHARACTERS = 400_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


class OutOfTime(BaseException):
    """Not an Exception: no library in between may take it for a fault of the file and go on."""


def main() -> None:
    confine()
    data = sys.stdin.buffer.read()
    reads = {"image": read_image, "pdf": read_pdf}
    try:
        facts, picture = reads[sys.argv[1]](data)
    except (MemoryError, OutOfTime, RecursionError):
        refuse("heavy")
    except Exception:
        refuse("damaged")
    say(facts, picture)


def confine() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        with suppress(ValueError, OSError):  # some systems lack some; whoever waits has a clock
            resource.setrlimit(limit, (value, value))


def say(facts: dict[str, Any], picture: bytes = b"") -> NoReturn:
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()
    sys.exit(0)


def refuse(why: str, **facts: int) -> NoReturn:
    say({"refused": why, **facts})


def read_image(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Decode the first frame, turn it upright, make it fit, and write it anew without anything else."""
    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded, and with a sentence
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if width * height > PIXELS:
            refuse("pixels", width=width, height=height)
        source = str(image.format)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded smaller right away
        image.seek(0)
        image.load()
        has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
        mode = "RGBA" if has_alpha else "RGB"
        # Made small before anything else is done with it: each copy of fifty million pixels has 200 MB.
        small = image if image.mode == mode else image.convert(mode)
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        upright = ImageOps.exif_transpose(small)
    bare = Image.new(mode, upright.size)
    bare.paste(upright)
    picture, media_type = encode(bare, "PNG" if source == "GIF" else source)
    return {"width": bare.width, "height": bare.height, "media_type": media_type}, picture


def encode(image: Image.Image, source: str) -> tuple[bytes, str]:
    """Write `image` in its own format, or as a WebP where that would be too large to send."""
    choices = {
        "PNG": ("PNG", {"compress_level": 6}),
        "JPEG": ("JPEG", {"quality": 85, "progressive": True}),
        "WEBP": ("WEBP", {"quality": 85, "method": 4}),
    }
    small = ("WEBP", {"quality": 75, "method": 4})
    for name, options in (choices[source], small):
        written = io.BytesIO()
        image.save(written, name, **options)
        if written.tell() <= PICTURE_BYTES:
            return written.getvalue(), f"image/{name.lower()}"
    raise MemoryError


def read_pdf(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Prove that it is a PDF by reading its pages, and take as much of its text as time allows."""
    logging.disable()  # it would tell what the file says
    signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, float(sys.argv[2]))
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        refuse("locked")
    pages = len(reader.pages)
    if pages > PAGES:
        refuse("pages", pages=pages)
    if pages == 0:
        refuse("damaged")
    reader.pages[0].mediabox  # noqa: B018 - a page that cannot be found raises here
    text, read = text_of(reader, pages)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {"pages": pages, "pages_read": read, "text": text}, b""


def text_of(reader: PdfReader, pages: int) -> tuple[str, int]:
    """Return the text of the first pages and how many they are: what time and length allow."""
    texts: list[str] = []
    length = 0
    try:
        for number in range(pages):
            try:
                text = reader.pages[number].extract_text()
            except Exception:
                text = ""  # one page that cannot be read does not take the others along
            texts.append(text)
            length += len(text)
            if length > CHARACTERS:
                break
    except OutOfTime:
        pass
    return "\n\n".join(texts)[:CHARACTERS], len(texts)


def out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime


if __name__ == "__main__":
    main()
