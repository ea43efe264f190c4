"""What the readers share: foreign JSON taken apart without trust, and a line for what has no place here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from conversations.llm.text import clean

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# Seconds beyond this are milliseconds.
_MOST_SECONDS = 10_000_000_000
_NAME_CHARACTERS = 80
_NOT_IN_BRACKETS = re.compile(r"[\s\[\]]+")

Json = Mapping[str, object]


def object_of(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def objects_of(value: object) -> list[Json]:
    return [item for item in list_of(value) if isinstance(item, dict)]


def text_of(value: object) -> str:
    """Return a text as it can be kept: no NUL, no lone surrogate, LF at the end of lines."""
    if not isinstance(value, str):
        return ""
    return clean(value).replace("\r\n", "\n").replace("\r", "\n")


def word_of(value: object, length: int = 200) -> str:
    """Return a name or an id on one line, and no longer than `length`."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else ""
    return " ".join(text_of(value)[: length * 2].split())[:length]


def moment_of(value: object) -> datetime | None:
    """Return the time that seconds, milliseconds or ISO 8601 name, or None where that is none of a chat."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _within(_parsed(value[:40]))
    if not isinstance(value, int | float) or not abs(value) <= _MOST_SECONDS * 1000:  # nor NaN
        return None
    seconds = value / 1000 if abs(value) > _MOST_SECONDS else value
    return _within(datetime.fromtimestamp(max(seconds, 0), UTC))


def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _within(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and EARLIEST <= moment <= LATEST else None


class Replaced:
    """Counts the parts of a conversation that have no place here, and says in their place what they were."""

    def __init__(self) -> None:
        self.count = 0

    def line(self, what: str, name: object = "") -> str:
        """Return a line such as "[Image “otter.png”: not imported]"."""
        self.count += 1
        word = _NOT_IN_BRACKETS.sub(" ", word_of(name, _NAME_CHARACTERS)).strip()
        return f"[{what} “{word}”: not imported]" if word else f"[{what}: not imported]"


def paragraphs(*parts: str) -> str:
    """Join what is not empty, an empty line between."""
    return "\n\n".join(part for part in parts if part.strip())
