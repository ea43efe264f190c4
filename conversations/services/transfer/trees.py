"""From the nodes that a foreign file has to a tree of messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.translation import gettext_noop

from conversations.models import Role

from .reading import paragraphs
from .values import MAX_MESSAGES, MAX_TEXT_CHARACTERS, MessageCopy, Unreadable

NOBODY = ""  # the role of a node that holds no words of the person or the model
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a foreign tree; `rank` is its place among its siblings, where the file says so."""

    key: str
    parent: str | None
    role: str = NOBODY
    text: str = ""
    reasoning: str = ""
    created_at: datetime | None = None
    model: str = ""
    rank: int = 0

    @property
    def says_something(self) -> bool:
        return self.role != NOBODY and bool(self.text.strip() or self.reasoning.strip())


@dataclass(slots=True)
class Draft:
    """A message in the making: what a model said in one go may be spread over several nodes."""

    first: Node
    parent: Draft | None
    texts: list[str] = field(default_factory=list)
    reasonings: list[str] = field(default_factory=list)
    model: str = ""

    def add(self, node: Node) -> None:
        self.texts.append(node.text)
        self.reasonings.append(node.reasoning)
        self.model = self.model or node.model

    def finish(self) -> MessageCopy:
        text, reasoning = paragraphs(*self.texts), paragraphs(*self.reasonings)
        refuse_length(text, reasoning)
        return MessageCopy(
            key=self.first.key,
            parent=self.parent.first.key if self.parent else None,
            role=self.first.role,
            text=text,
            reasoning=reasoning,
            created_at=self.first.created_at,
            model=self.model,
        )


def refuse_length(*texts: str) -> None:
    if max(map(len, texts)) > MAX_TEXT_CHARACTERS:
        raise Unreadable(
            gettext_noop("one of its messages has more than %(most)s characters"), most=MAX_TEXT_CHARACTERS
        )


def children_of(nodes: Sequence[Node]) -> dict[str | None, list[Node]]:
    """Return the nodes below each key, those without a parent below None, siblings in order.

    A parent that is not there is none. Raises Unreadable for a tree that is too large, or is none.
    """
    if len(nodes) > MAX_MESSAGES:
        raise Unreadable(
            gettext_noop("it has %(count)s messages, and at most %(most)s are taken"),
            count=len(nodes),
            most=MAX_MESSAGES,
        )
    keys = {node.key for node in nodes}
    if len(keys) < len(nodes):
        raise Unreadable(gettext_noop("two of its messages have the same id"))
    children: dict[str | None, list[Node]] = defaultdict(list)
    for node in nodes:
        children[node.parent if node.parent in keys else None].append(node)
    for siblings in children.values():
        siblings.sort(key=lambda node: node.rank)
    return children


def grow(nodes: Sequence[Node], shown: str | None) -> tuple[tuple[MessageCopy, ...], str | None]:
    """Return the messages of `nodes` and the key of the one whose branch is shown.

    A node that says nothing is left out and its replies take its place; what a model said in a row, without a
    fork, is one message. Raises Unreadable.
    """
    children = children_of(nodes)
    drafts: list[Draft] = []
    place: dict[str, Draft | None] = {}
    stack: list[tuple[Node, Draft | None, bool]] = [(node, None, False) for node in reversed(children[None])]
    while stack:
        node, above, alone = stack.pop()
        here = above
        if node.says_something:
            here = _draft(node, above, drafts, joined=alone)
        place[node.key] = here
        below = children.get(node.key, [])
        goes_on = len(below) == 1 and (alone or node.says_something)
        stack.extend((child, here, goes_on) for child in reversed(below))
    if len(place) < len(nodes):
        raise Unreadable(gettext_noop("some of its messages answer one another in a circle"))
    if not drafts:
        raise Unreadable(gettext_noop("there are no words in it"))
    end = place.get(shown or "") or _newest(drafts)
    return tuple(draft.finish() for draft in drafts), end.first.key


def _draft(node: Node, above: Draft | None, drafts: list[Draft], *, joined: bool) -> Draft:
    draft = above
    if draft is None or not joined or node.role != Role.ASSISTANT or draft.first.role != Role.ASSISTANT:
        draft = Draft(node, above)
        drafts.append(draft)
    draft.add(node)
    return draft


def _newest(drafts: Iterable[Draft]) -> Draft:
    return max(reversed(list(drafts)), key=lambda draft: draft.first.created_at or _LONG_AGO)
