"""`GET …/models` of the upstream double; the base URL may name a fault: `http://127.0.0.1:8300/list-hang/v1`."""

import json
from collections.abc import Iterable

from .scripts import WHOLE
from .streams import STREAMS

HUGE = 200_000


def list_of(path: str) -> bytes | None:
    """Return the list that `path` asks for, or None to say nothing at all."""
    if path.startswith("/list-hang/"):
        return None
    if path.startswith("/list-huge/"):
        return _list(f"model-{number}" for number in range(HUGE))
    if path.startswith("/list-hostile/"):
        return _list(["<script>alert(1)</script>", "\0\ud800", "../" * 999, ""])
    return _list(sorted([*STREAMS, *WHOLE]))


def _list(names: Iterable[str]) -> bytes:
    rows = [{"id": name, "object": "model", "owned_by": "fake"} for name in names]
    return json.dumps({"object": "list", "data": rows}).encode()
