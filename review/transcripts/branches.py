"""The map of a conversation: its tree, folded to where it forks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models.functions import Substr

from conversations.models import Conversation

WORDS = 90
STEMS_SHOWN = 200
DEEPEST = 6


@dataclass(slots=True)
class Node:
    """A message as the map knows it."""

    pk: int
    public_id: UUID
    parent: int | None
    position: int
    role: str
    is_deleted: bool
    cut: bool
    words: str


@dataclass(frozen=True, slots=True)
class Stem:
    """A run of messages up to the next fork: the `number`th of so many versions; `leaf` leads through it."""

    nodes: Sequence[Node]
    leaf: Node
    depth: int
    number: int
    versions: int
    is_shown: bool

    @property
    def first(self) -> Node:
        return self.nodes[0]

    @property
    def indent(self) -> int:
        return min(self.depth, DEEPEST)


@dataclass(slots=True)
class Tree:
    """All messages of a conversation, without most of their words."""

    nodes: dict[int, Node]
    replies: dict[int | None, list[Node]] = field(default_factory=lambda: defaultdict(list))
    newest: dict[int, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in self.nodes.values():
            # A parent that is gone leaves a beginning.
            self.replies[node.parent if node.parent in self.nodes else None].append(node)
        for replies in self.replies.values():
            replies.sort(key=lambda node: node.position)
        # On a branch the keys grow, so who follows is known before.
        for node in sorted(self.nodes.values(), key=lambda node: -node.pk):
            going_on = [reply for reply in self.replies.get(node.pk, ()) if not reply.cut]
            self.newest[node.pk] = self.newest[going_on[-1].pk] if going_on else node

    @property
    def has_forks(self) -> bool:
        return any(len(replies) > 1 for replies in self.replies.values())

    def found(self, public_id: UUID) -> Node | None:
        return next((node for node in self.nodes.values() if node.public_id == public_id), None)

    def versions_of(self, pk: int) -> list[Node]:
        """Return the message `pk` and its siblings, the deleted ones too, in their order."""
        parent = self.nodes[pk].parent
        return self.replies[parent if parent in self.nodes else None]

    def leaf_through(self, pk: int) -> Node:
        """Return the end of the newest branch through the message `pk`."""
        return self.newest[pk]

    def branch_to(self, pk: int) -> set[int]:
        found: set[int] = set()
        here: int | None = pk
        while here is not None and here in self.nodes:
            found.add(here)
            here = self.nodes[here].parent
        return found

    def stems(self, leaf: int | None) -> Iterator[Stem]:
        """Yield the map from the top down; what leads to `leaf` is shown."""
        shown = self.branch_to(leaf) if leaf is not None else set()
        firsts = self.replies.get(None, [])
        waiting = [(node, 0, number, len(firsts)) for number, node in enumerate(firsts, 1)][::-1]
        while waiting:
            node, depth, number, versions = waiting.pop()
            run = [node]
            while len(replies := self.replies.get(run[-1].pk, [])) == 1:
                run.append(replies[0])
            yield Stem(run, self.newest[run[-1].pk], depth, number, versions, node.pk in shown)
            forks = [(reply, depth + 1, place, len(replies)) for place, reply in enumerate(replies, 1)]
            waiting += forks[::-1]


def tree_of(conversation: Conversation) -> Tree:
    """Return the tree of `conversation` in one query, whatever its size."""
    rows = conversation.messages.order_by().annotate(words=Substr("text", 1, WORDS))
    columns = ("pk", "public_id", "parent_id", "position", "role", "deleted_at", "cut", "words")
    return Tree(
        {
            pk: Node(
                pk, public_id, parent, position, role, deleted_at is not None, cut, " ".join(words.split())
            )
            for pk, public_id, parent, position, role, deleted_at, cut, words in rows.values_list(*columns)
        }
    )
