"""What changed from one version of a message to the next, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from conversations.models import Message

WORD = re.compile(r"\s+|\w+|[^\w\s]")
NEAREST = 10  # versions on either side
# Compared by words up to here, by lines beyond: the time that it takes grows with the square.
BY_WORDS = 1_500
LINE = re.compile(r"[^\n]*\n|[^\n]+")
BY_LINES = 4_000

Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """Some text that stayed, came or went."""

    text: str
    kind: Kind = "same"


@dataclass(frozen=True, slots=True)
class Version:
    """A message beside its siblings, with what changed since the one before it."""

    message: Message
    number: int
    changes: list[Change]

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def differs(self) -> bool:
        return any(change.kind != "same" for change in self.changes)


def compare(message: Message) -> list[Version]:
    """Return `message` and its nearest siblings in their order, the deleted ones too, in two queries."""
    rows = Message.objects.filter(conversation=message.conversation_id, parent=message.parent_id)
    first = max(0, message.position - NEAREST)
    earlier = rows.filter(position__lt=first).count()
    near = rows.filter(position__range=(first, message.position + NEAREST))
    versions: list[Version] = []
    before: Message | None = None
    for number, one in enumerate(
        near.select_related("generation").defer("html").order_by("position"), earlier + 1
    ):
        changed = changes(before.text, one.text) if before else [Change(one.text)]
        versions.append(Version(one, number, changed))
        before = one
    return versions


def changes(before: str, after: str) -> list[Change]:
    """Return what leads from `before` to `after`: joined without what was removed they are `after` again."""
    old, new = parts(before, WORD), parts(after, WORD)
    if len(old) > BY_WORDS or len(new) > BY_WORDS:
        old, new = parts(before, LINE), parts(after, LINE)
        if len(old) > BY_LINES or len(new) > BY_LINES:
            return [Change(before, "removed"), Change(after, "added")]
    return list(merged(old, new))


def parts(text: str, pattern: re.Pattern[str]) -> list[str]:
    return pattern.findall(text)


def merged(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) > 500)
    for _tag, start, end, new_start, new_end in matcher.get_opcodes():
        if old[start:end] == new[new_start:new_end]:
            yield Change("".join(old[start:end]))
            continue
        if start < end:
            yield Change("".join(old[start:end]), "removed")
        if new_start < new_end:
            yield Change("".join(new[new_start:new_end]), "added")
