"""Which part of a long branch is shown. Pure: knows keys, never asks the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.models import Conversation, Message

PAGE = 40
# These stand before the messages of a page: they tell which model's name was said last.
BEFORE = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """A wish: `page` messages above, below or around `message`, or else the newest; a page of 0 has all."""

    page: int = 0
    where: str = "newest"
    message: Message | None = None

    def leaf_of(self, conversation: Conversation) -> int | None:
        """Return the end of the branch that is meant; above a message all that go through it are the same."""
        if self.where == "above" and self.message is not None:
            return self.message.parent_id
        return conversation.leaf_id


@dataclass(frozen=True, slots=True)
class Span:
    """The keys of what is shown, after `before` that are not."""

    keys: Sequence[int]
    before: int
    has_earlier: bool
    has_later: bool


def span_of(branch: Sequence[int], stretch: Stretch) -> Span:
    """Return which of the keys of `branch` make up `stretch`."""
    first, end = bounds(branch, stretch)
    start = max(0, first - BEFORE)
    # What lies above a message has at least that one after it.
    has_later = end < len(branch) or stretch.where == "above"
    return Span(branch[start:end], first - start, has_earlier=first > 0, has_later=has_later)


def bounds(branch: Sequence[int], stretch: Stretch) -> tuple[int, int]:
    size = stretch.page or len(branch)
    first = newest = max(0, len(branch) - size)
    if stretch.message is not None and stretch.message.pk in branch:
        index = branch.index(stretch.message.pk)
        if stretch.where == "below":
            first = index + 1
        elif index < newest:
            first = max(0, index - size // 2)
    return first, min(len(branch), first + size)
