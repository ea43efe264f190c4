"""Files to import, and what comes of reading them."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from conversations.services.transfer.formats import read_conversation
from conversations.services.transfer.records import Record, read_records
from conversations.services.transfer.values import ConversationCopy

DATA = Path(__file__).resolve().parents[3] / "data" / "transfer"


def sample(name: str) -> bytes:
    return (DATA / f"{name}.json").read_bytes()


def records(data: bytes) -> list[Record]:
    return list(read_records(io.BytesIO(data)))


def copies(name: str) -> list[ConversationCopy]:
    """The conversations of a sample that can be read."""
    values = json.loads(sample(name))
    values = values if isinstance(values, list) else [values]
    return [
        read_conversation(value)[1] for value in values if "mapping" in value or "uuid" not in value or value
    ]


def zipped(**files: bytes | str) -> bytes:
    return zipped_as({f"{name}.json": data for name, data in files.items()})


def zipped_as(files: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def house(*messages: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A conversation in our own format: question and answer unless told otherwise."""
    told = messages or (
        {"id": "q", "parent": None, "role": "user", "text": "What do otters eat?"},
        {"id": "a", "parent": "q", "role": "assistant", "text": "Fish."},
    )
    return {
        "schema": "chatsite-conversation/1",
        "id": "one",
        "title": "Otters",
        "messages": list(told),
        **facts,
    }
