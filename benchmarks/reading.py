"""What a client got, piece by piece: which words, how long after the upstream sent them, and to which end.

The upstream double's words are numbered and carry the moment of their sending: `w17t123456789`.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

WORD = re.compile(r"w(\d+)t(\d+)")
TAG = re.compile(r"<[^>]*>")
LONGEST_WORD = 40
STAMPS_A_SECOND = 10_000

Pieces = list[tuple[float, bytes]]


@dataclass(slots=True)
class Reading:
    """The words in the order of their coming."""

    delays_s: list[float] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    text: str = ""
    end: str = ""
    frames: int = 0
    problem: str = ""

    def take_words(self, text: str, arrived: float) -> None:
        """Note the words of `text` that are new; a word is there when its frame is."""
        for match in WORD.finditer(text):
            if int(match[1]) <= len(self.delays_s):
                continue
            if int(match[1]) != len(self.delays_s) + 1:
                self.problem = self.problem or f"word {match[1]} came after {len(self.delays_s)}"
            self.arrived.append(arrived)
            self.delays_s.append(arrived - int(match[2]) / STAMPS_A_SECOND)


def events_of(pieces: Pieces) -> Iterable[tuple[float, str, str]]:
    """Yield each event with the moment in which the last of it arrived."""
    rest = b""
    for arrived, piece in pieces:
        *events, rest = (rest + piece).split(b"\n\n")
        for event in events:
            fields = dict(line.partition(": ")[::2] for line in event.decode().split("\n"))
            if "data" in fields:
                yield arrived, fields.get("event", ""), fields["data"]


def read_relay(pieces: Pieces) -> Reading:
    reading = Reading()
    texts: list[str] = []
    for arrived, name, data in events_of(pieces):
        if name == "end":
            reading.end = "done"
        else:
            reading.frames += 1
            texts.append(json.loads(data)["text"])
            reading.take_words(texts[-1], arrived)
    reading.text = "".join(texts)
    return reading


def read_site(pieces: Pieces) -> Reading:
    """Read what the browser's script reads, into the same state: closed blocks and the open tail."""
    reading = Reading()
    blocks: list[str] = []
    tail = ""
    for arrived, name, data in events_of(pieces):
        if name not in {"s", "b", "t"}:
            continue
        reading.frames += 1
        content = json.loads(data)
        if name == "t":
            kept = tail[: content["keep"]]
            tail = kept + content["html"]
            reading.take_words(tail[max(0, len(kept) - LONGEST_WORD) :], arrived)
        elif name == "b":
            blocks[content["i"] : content["i"] + 1] = [content["html"]]
            tail = ""
            reading.take_words(content["html"], arrived)
        else:
            if content.get("reset"):
                blocks, tail = [], ""
            reading.end = content["status"]
    reading.text = TAG.sub("", "\n".join([*blocks, tail]))
    return reading


def same_words(one: str, other: str) -> bool:
    """Whether two texts hold the same words, in the same order."""
    return one.split() == other.split()
