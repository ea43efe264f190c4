"""What the rows of a list tell of their conversations, in so many queries however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist

from accounts.models import User
from conversations.models import Attachment, Conversation, Feedback, Generation, Message, Problem, Share
from conversations.models.generation import ACTIVE
from conversations.models.spending import to_usd
from conversations.services.search.excerpt import Piece
from review.models import Label, Sticker, Verdict

HITS_SHOWN = 3


@dataclass(slots=True)
class Hit:
    """A message with the words that were looked for."""

    message: Message
    text: list[Piece]


@dataclass(slots=True)
class Row:
    """A conversation as a line of the list."""

    conversation: Conversation
    title: list[Piece]
    hits: list[Hit] = field(default_factory=list)
    thumbs: set[str] = field(default_factory=set)
    problem: str = ""
    is_running: bool = False
    has_file: bool = False
    is_shared: bool = False
    verdict: Verdict | None = None  # what the reader themselves thinks
    labels: list[Label] = field(default_factory=list)

    @property
    def shown_hits(self) -> list[Hit]:
        return self.hits[:HITS_SHOWN]

    @property
    def further_hits(self) -> int:
        return max(0, len(self.hits) - HITS_SHOWN)

    @property
    def messages(self) -> int | None:
        return self._extent("messages")

    @property
    def tokens(self) -> int | None:
        return self._extent("tokens")

    @property
    def cost(self) -> Decimal | None:
        units = self._extent("cost")
        return to_usd(units) if units else None

    def _extent(self, name: str) -> int | None:
        try:
            return int(getattr(self.conversation.extent, name))
        except ObjectDoesNotExist:
            return None


def tell(rows: Sequence[Row], *, reader: User | None = None) -> None:
    """Add to `rows` what stands beside their conversations, in six queries."""
    by_key: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row.conversation.pk].append(row)
    keys = list(by_key)
    thumbs = Feedback.objects.filter(message__conversation__in=keys).order_by()
    for key, thumb in thumbs.values_list("message__conversation", "thumb"):
        for row in by_key[key]:
            row.thumbs.add(thumb)
    tell_how_it_went(by_key)
    carried = Attachment.messages.through.objects.filter(message__conversation__in=keys).order_by()
    for row in of(by_key, carried.values_list("message__conversation", flat=True).distinct()):
        row.has_file = True
    shares = Share.objects.living().filter(conversation__in=keys).order_by()
    for row in of(by_key, shares.values_list("conversation", flat=True).distinct()):
        row.is_shared = True

    if reader is not None:
        tell_what_is_thought(by_key, reader)


def tell_what_is_thought(by_key: dict[int, list[Row]], reader: User) -> None:
    """Add what `reader` thinks; what others do is shown to who has given their own verdict, elsewhere."""
    verdicts = Verdict.objects.of(reader).filter(conversation__in=list(by_key)).in_bulk()
    for verdict in verdicts.values():
        for row in by_key[verdict.conversation_id]:
            row.verdict = verdict
    stickers = (
        Sticker.objects.filter(verdict__in=list(verdicts)).select_related("label").order_by("label__name")
    )
    for sticker in stickers:
        for row in by_key[verdicts[sticker.verdict_id].conversation_id]:
            row.labels.append(sticker.label)


def tell_how_it_went(by_key: dict[int, list[Row]]) -> None:
    """Name the latest problem of an answer, and what runs."""
    calls = Generation.objects.filter(conversation__in=list(by_key), message__isnull=False).order_by("pk")
    odd = calls.exclude(problem="") | calls.filter(status__in=ACTIVE)
    for key, status, problem in odd.values_list("conversation", "status", "problem"):
        for row in by_key[key]:
            row.is_running = row.is_running or status in ACTIVE
            row.problem = str(dict(Problem.choices).get(problem, problem)) or row.problem


def of(by_key: dict[int, list[Row]], keys: Iterable[int]) -> Iterable[Row]:
    return (row for key in keys for row in by_key[key])
