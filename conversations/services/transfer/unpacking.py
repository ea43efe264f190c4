"""An upload → one stream of JSON on the disk: what matters of a zip, its files one after the other."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.services.errors import Refusal

from .records import SEPARATOR

CHUNK_BYTES = 256 * 1024
MAX_ENTRIES = 100_000
# The list of files of a zip is read into memory as a whole, each entry ten times its size there.
MAX_DIRECTORY_BYTES = 20 * 1024 * 1024
# JSON packs to a tenth, a most monotonous one to a hundredth; what packs better is made to hurt.
MAX_RATIO = 250
RATIO_MATTERS_FROM_BYTES = 1024 * 1024

_END_OF_ZIP = re.compile(rb"(?=(PK\x05\x06.{18}))", re.DOTALL)
_END_OF_ZIP64 = re.compile(rb"(?=(PK\x06\x06.{52}))", re.DOTALL)
_TAIL_BYTES = 66_000 + 100
_CONVERSATIONS = re.compile(r"conversations([-_]\d+)?\.json", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,  # it asks for a password
    ValueError,
    OSError,
    IndexError,
    struct.error,
)

NOT_KNOWN = gettext_noop(
    "This is not a file that can be read here. It takes a JSON or zip file of ChatGPT, Claude, Open WebUI, "
    "LibreChat or this site."
)
DAMAGED = gettext_noop("This zip file is damaged, or of a kind that cannot be read here.")
BOMB = gettext_noop("This zip file unpacks to far more than an export would.")


def unpack(upload: BinaryIO, target: BinaryIO, *, most_bytes: int) -> int:
    """Write the JSON in `upload` to `target` and return its size in bytes; raises Refusal, with why."""
    upload.seek(0)
    start = upload.read(4096)
    if start.startswith(b"PK"):
        return _unpack_zip(upload, target, most_bytes=most_bytes)
    if not start.strip():
        raise Refusal(_("This file is empty."))
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(_("This file is UTF-16 text; exports are UTF-8. Save it as UTF-8 and try again."))
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"[", b"{"):
        raise Refusal(_(NOT_KNOWN))
    upload.seek(0)
    return sum(map(target.write, _chunks(upload, most_bytes)))


def _unpack_zip(upload: BinaryIO, target: BinaryIO, *, most_bytes: int) -> int:
    if _directory_bytes(upload) > MAX_DIRECTORY_BYTES:
        raise Refusal(
            _("This zip file has too many files in it; at most %(most)s are looked at.")
            % {"most": intcomma(MAX_ENTRIES)}
        )
    written = 0
    try:
        with zipfile.ZipFile(upload) as archive:
            for entry in _chosen(archive, most_bytes):
                with archive.open(entry) as file:
                    for chunk in _chunks(file, most_bytes - written):
                        written += target.write(chunk)
                written += target.write(SEPARATOR)
    except _BROKEN as error:
        raise Refusal(_(DAMAGED)) from error
    return written


def _chosen(archive: zipfile.ZipFile, most_bytes: int) -> list[zipfile.ZipInfo]:
    """Return the entries that hold conversations; raises Refusal for what is too much, or is nothing.

    Their names are only looked at: nothing is ever written under them.
    """
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refusal(
            _("This zip file has %(count)s files in it; at most %(most)s are taken.")
            % {"count": intcomma(len(entries)), "most": intcomma(MAX_ENTRIES)}
        )
    files = [entry for entry in entries if _base(entry).lower().endswith(".json")]
    files = [entry for entry in files if not entry.filename.startswith("__MACOSX/")]
    chosen = [entry for entry in files if _CONVERSATIONS.fullmatch(_base(entry))] or files
    if not chosen:
        raise Refusal(_("There is no JSON file in this zip file."))
    unpacked, packed = sum(it.file_size for it in chosen), sum(it.compress_size for it in chosen)
    if unpacked > RATIO_MATTERS_FROM_BYTES and unpacked > packed * MAX_RATIO:
        raise Refusal(_(BOMB))
    if unpacked > most_bytes:
        raise Refusal(
            too_large(
                most_bytes,
                _(
                    "What is in this zip file is larger than %(most)s MB, "
                    "the most that can be imported at once."
                ),
            )
        )
    if any(it.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for it in chosen):
        raise Refusal(_(DAMAGED))
    return chosen


def _base(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").rpartition("/")[2]


def _directory_bytes(upload: BinaryIO) -> int:
    """Return how long the zip says that its list of files is: looked at before anything believes it."""
    size = upload.seek(0, 2)
    upload.seek(max(0, size - _TAIL_BYTES))
    tail = upload.read(_TAIL_BYTES)
    plain = [int.from_bytes(found[1][12:16], "little") for found in _END_OF_ZIP.finditer(tail)]
    # 0xFFFFFFFF: the number is too large for its place, and stands in the other.
    plain = [number for number in plain if number != 0xFFFFFFFF]
    large = [int.from_bytes(found[1][40:48], "little") for found in _END_OF_ZIP64.finditer(tail)]
    return max([*plain, *large], default=0)


def _chunks(file: IO[bytes], most_bytes: int) -> Iterator[bytes]:
    """Yield what is in `file`; raises Refusal once it is more than `most_bytes`, whatever was declared."""
    left = most_bytes
    while chunk := file.read(CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise Refusal(
                too_large(
                    most_bytes,
                    _("This file is larger than %(most)s MB, the most that can be imported at once."),
                )
            )
        yield chunk


def too_large(most_bytes: int, sentence: str) -> str:
    return sentence % {"most": intcomma(most_bytes // 1_000_000)}
