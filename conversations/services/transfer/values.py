"""A conversation as a file has it: what passes between the readers, the writer and the exports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from conversations.models.transfer import filled

MAX_MESSAGES = 10_000  # of one conversation
MAX_TEXT_CHARACTERS = 1_000_000  # of one message


class Unreadable(Exception):
    """A record is not a conversation that can be taken in; `str()` goes on with "because ".

    What is kept of it is kept untranslated, with its `facts`: who reads it later may read another language.
    """

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(filled(why, facts))
        self.why, self.facts = why, facts


@dataclass(frozen=True, slots=True)
class MessageCopy:
    """A message; `key` and `parent` mean something within its conversation only."""

    key: str
    parent: str | None
    role: str
    text: str
    reasoning: str = ""
    created_at: datetime | None = None
    model: str = ""
    status: str = "done"
    problem: str = ""
    files: tuple[str, ...] = ()
    """What was attached, by name alone."""


@dataclass(frozen=True, slots=True)
class ConversationCopy:
    """A conversation: a parent stands before its replies, and siblings stand in their order."""

    key: str
    messages: tuple[MessageCopy, ...]
    leaf: str | None
    title: str = ""
    title_by_person: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    model: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    system_prompt: str = ""
    pinned: bool = False
    archived: bool = False
    folder: str = ""
    replaced: int = 0  # parts that became a line in brackets
