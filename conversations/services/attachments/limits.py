"""How much may be attached; the settings FILES_* fill this in."""

from dataclasses import dataclass

MEGABYTE = 1_000_000

# All of a message's files in one request: with base64 a third more, and a request may have 20 MB.
BYTES_AT_ONCE = 14 * MEGABYTE
# What one person may have uploaded and not sent yet.
UNSENT_AT_MOST = 40


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Bytes of one file of each kind, files of one message, and bytes of all files of one person."""

    image_bytes: int = 20 * MEGABYTE
    pdf_bytes: int = 10 * MEGABYTE
    text_bytes: int = 500_000
    per_message: int = 5
    per_person_bytes: int = 500 * MEGABYTE

    @property
    def largest(self) -> int:
        return max(self.image_bytes, self.pdf_bytes, self.text_bytes)
