"""What the upstream double plays, chosen by the name of the model: `words-200@50`, `error-503x2` …

For the model `asked-for` that name is the first word of what was asked last: `error-503x2 please, says Ada`.
"""

import re
from dataclasses import dataclass
from typing import Any

from .errors import ERRORS
from .framing import FRAMING
from .hostile import SAID
from .script import Asked, Script
from .streams import STREAMS
from .texts import MARKDOWN, REFUSAL, UNICODE
from .wire import numbered, play_texts, play_words

ASKED_FOR = "asked-for"
TITLE_TOKENS = 64  # a request with a smaller allowance is one for a title
WORDS = 200
WORDS_A_SECOND = 50
WORDS_BEFORE_A_FAULT = 20
PATTERN = re.compile(
    r"(?P<name>[a-z]+(?:-[a-z]+)*)(?:-(?P<count>\d+))?(?:x(?P<times>\d+))?(?:@(?P<rate>\d+))?"
)
WHOLE = {**ERRORS, **FRAMING}
"""Answers that are no ordinary 200 that streams."""
WITHOUT_END = {"endless", "stamps"}


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
        if self.number is not None and self.name not in ERRORS:  # the number of an error is its status
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


def whole_text(question: str) -> str | None:
    """Return all that can be read of the script that `question` names, or None where it has no end."""
    named = read_name(question)
    if named.name in WITHOUT_END:
        return None
    texts = {
        "markdown": MARKDOWN,
        "essay": MARKDOWN * 3,
        "unicode": UNICODE,
        "refusal": REFUSAL,
        "echo": question,
    }
    return (texts | SAID).get(named.name, numbered(named.words))


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
    asked = Asked(body, named.words, named.rate, named.number)
    if named.times is not None and seen > named.times:
        return Script(play_words(asked))
    if named.name in WHOLE:
        return WHOLE[named.name](asked)
    limit = body.get("max_tokens")
    if isinstance(limit, int) and limit < TITLE_TOKENS:
        return Script(play_texts(asked, ["Numbered ", "words"]))
    return Script(STREAMS.get(named.name, play_words)(asked))
