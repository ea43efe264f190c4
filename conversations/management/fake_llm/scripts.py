"""What the upstream double plays, chosen by the name of the model: `words-200@50`, `error-503x2` …

For the model `asked-for` that name is the first word of what was asked last: `error-503x2 please, says Ada`.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .streams import STREAMS, Asked, End, Step, play_texts, play_words, word

ASKED_FOR = "asked-for"
TITLE_TOKENS = 64  # a request with a smaller allowance is one for a title
WORDS = 200
WORDS_A_SECOND = 50
WORDS_BEFORE_A_FAULT = 20
PATTERN = re.compile(
    r"(?P<name>[a-z]+(?:-[a-z]+)*)(?:-(?P<count>\d+))?(?:x(?P<times>\d+))?(?:@(?P<rate>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Script:
    """One answer; `chunked` is off where the steps are the whole of what goes over the wire."""

    steps: Iterator[Step]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    chunked: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """What stands in a script's name."""

    name: str
    number: int | None
    times: int | None
    rate: int

    @property
    def words(self) -> int:
        """How many numbered words it says."""
        if self.number is not None and self.name != "error":  # the number of an error is its status
            return self.number
        return WORDS if self.name in {"words", "stamps"} else WORDS_BEFORE_A_FAULT


def read_name(text: str) -> Named:
    """Return the script that the first word of `text` names; any other word names `words`."""
    first = next(iter(text.split()), "").rsplit("/", 1)[-1]
    match = PATTERN.fullmatch(first)
    numbers = {part: int(match[part]) for part in ("count", "times", "rate") if match[part]} if match else {}
    return Named(
        match["name"] if match else "words",
        numbers.get("count"),
        numbers.get("times"),
        numbers.get("rate", WORDS_A_SECOND),
    )


def counted_as(body: dict[str, Any]) -> str:
    """Return what names the script, and is the same in requests of which `x2` counts the first two."""
    model = str(body.get("model", ""))
    if model.rsplit("/", 1)[-1] != ASKED_FOR:
        return model
    asked = [message.get("content") for message in body.get("messages", ()) if message.get("role") == "user"]
    return str(asked[-1]) if asked else model


def script_for(body: dict[str, Any], *, seen: int) -> Script:
    """Return what `body` asks for; `seen` counts the same requests so far, this one included."""
    named = read_name(counted_as(body))
    asked = Asked(body, named.words, named.rate)
    if named.times is not None and seen > named.times:
        return Script(play_words(asked))
    if named.name == "error":
        return _error(named.number or 500, asked)
    if named.name in WHOLE:
        return WHOLE[named.name](asked)
    limit = body.get("max_tokens")
    if isinstance(limit, int) and limit < TITLE_TOKENS:
        return Script(play_texts(asked, ["Numbered ", "words"]))
    return Script(STREAMS.get(named.name, play_words)(asked))


def _error(status: int, asked: Asked) -> Script:
    headers = {"content-type": "application/problem+json", "x-request-id": "req-fake"}
    if status == 429:
        headers["retry-after"] = "1"
    message = "The key sk-not-for-you was refused by 10.0.0.7" if status == 401 else "It failed"
    body = json.dumps(
        {"title": "Error", "status": status, "message": message, "requestId": "req-fake"}
    ).encode()
    return Script(iter([body]), status=status, headers=headers)


def _json(asked: Asked) -> Script:
    text = "".join(word(number) for number in range(1, asked.count + 1))
    choice = {"index": 0, "finish_reason": "end_turn", "message": {"role": "assistant", "content": text}}
    body = {
        "id": "msg_fake",
        "model": asked.body.get("model"),
        "object": "chat.completion",
        "choices": [choice],
    }
    return Script(iter([json.dumps(body).encode()]), headers={"content-type": "application/json"})


def _html(asked: Asked) -> Script:
    return Script(iter([b"<!DOCTYPE html><h1>Not a model</h1>"]), headers={"content-type": "text/html"})


def _raw(*steps: Step) -> Callable[[Asked], Script]:
    return lambda asked: Script(iter(steps), chunked=False)


def _redirect(asked: Asked) -> Script:
    headers = {"location": "http://169.254.169.254/latest/", "content-length": "0"}
    return Script(iter(()), status=302, headers=headers, chunked=False)


# Answers that are something else; with `x2`, as in error-503x2, only the first two, then words.
WHOLE: dict[str, Callable[[Asked], Script]] = {
    "json": _json,
    "html": _html,
    "redirect": _redirect,
    "hang": _raw(End.HANG),
    "refuse": _raw(End.RESET),
    "drop": _raw(End.CLOSE),
    "garbage": _raw(b"\x00\xff\x13 not HTTP at all\r\n\r\n", End.CLOSE),
}
