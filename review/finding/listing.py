"""One page of the list: the conversations that fit, newest first, or what was found among their words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from conversations.models import Conversation, Message
from conversations.services.search import Query
from conversations.services.search.excerpt import excerpt, marked, pattern_of
from conversations.services.search.finding import within_reason

from .asked import Asked
from .extents import count_again
from .narrowing import Conversations, narrow
from .rows import Hit, Row, tell
from .words import newest_messages, titles

PAGE = 50
COUNTED = 1_000
TITLES_SHOWN = 6
CURSOR = re.compile(r"(?P<moment>[0-9T:.+-]{19,40})\|(?P<key>[0-9]{1,18})")
KEY = re.compile(r"(?P<key>[0-9]{1,18})(?P<wide>w?)")


class Place(NamedTuple):
    """Where a conversation stands in the list; what comes later does not move it."""

    moment: datetime
    key: int

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}|{self.key}"

    @property
    def after(self) -> Q:
        """What stands further down, said so that the index is entered at the moment."""
        below = Q(updated_at__lt=self.moment) | Q(pk__lt=self.key)
        # SQLite writes its own times shorter, and compares them as text: a row would follow itself.
        return Q(updated_at__lte=self.moment) & below & ~Q(pk=self.key)

    @property
    def before(self) -> Q:
        return Q(updated_at__gte=self.moment) & (Q(updated_at__gt=self.moment) | Q(pk__gt=self.key))


@dataclass(slots=True)
class Page:
    """Some rows; `older` is where the next page begins, `newest` where what comes later is told from.

    `count` is how many there are in all, up to one more than COUNTED; None where that is not known.
    """

    rows: list[Row] = field(default_factory=list)
    older: str = ""
    newest: str = ""
    count: int | None = None

    @property
    def conversations(self) -> list[Conversation]:
        return [row.conversation for row in self.rows]

    @property
    def has_more_than_counted(self) -> bool:
        return self.count is not None and self.count > COUNTED


def place_of(conversation: Conversation) -> Place:
    return Place(conversation.updated_at, conversation.pk)


def parse_place(text: str) -> Place | None:
    found = CURSOR.fullmatch(text)
    try:
        moment = datetime.fromisoformat(found["moment"]) if found else None
    except ValueError:
        return None
    if found is None or moment is None or timezone.is_naive(moment) or not 1900 < moment.year < 9000:
        return None
    return Place(moment, int(found["key"]))


def find_page(scope: Conversations, asked: Asked, *, older: str = "") -> Page:
    """Return the page of `scope` that `asked` describes, from `older` on, in a constant number of queries.

    Raises Refusal for words that would take too long, or that name a model that is not there.
    """
    if not older:
        count_again()
    with within_reason():
        among = narrow(scope, asked)
        page = found_page(among, asked, older) if asked.words.has_words else listed_page(among, older)
        tell(page.rows, reader=asked.reader)
        return page


def count_newer(scope: Conversations, asked: Asked, *, than: str) -> int:
    """Return how many came or moved since `than`, the newest that a page showed; COUNTED + 1 at most."""
    place = parse_place(than)
    if place is None or asked.words.has_words:
        return 0
    with within_reason():
        return counted(narrow(scope, asked).filter(place.before))


def neighbour(
    scope: Conversations, asked: Asked, conversation: Conversation, *, step: str
) -> Conversation | None:
    """Return the one that stands next below `conversation` in the list, or for "previous" the one above."""
    among, place = narrow(scope, asked), place_of(conversation)
    with within_reason():
        if step == "previous":
            return among.filter(place.before).order_by("updated_at", "pk").first()
        return among.filter(place.after).order_by("-updated_at", "-pk").first()


def listed_page(among: Conversations, older: str) -> Page:
    place = parse_place(older)
    rows = among.filter(place.after) if place else among
    found = list(with_facts(rows).order_by("-updated_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    page = Page([Row(one, marked(one.heading, None)) for one in shown])
    if len(found) > PAGE:
        page.older = str(place_of(shown[-1]))
    if place is None:
        page.newest = str(place_of(shown[0]) if shown else Place(timezone.now(), 0))
        page.count = counted(among) if len(found) > PAGE else len(shown)
    return page


def with_facts(rows: Conversations) -> Conversations:
    return rows.select_related("owner", "model", "extent").defer("system_prompt", "parameters")


def counted(rows: Conversations) -> int:
    """Return how many `rows` there are, as far as COUNTED and one more."""
    return rows.order_by()[: COUNTED + 1].count()


def found_page(among: Conversations, asked: Asked, older: str) -> Page:
    cursor = KEY.fullmatch(older)
    query, wide = asked.words, bool(cursor and cursor["wide"])
    before = int(cursor["key"]) if cursor else None
    ids = message_ids(among, asked, query.widened() if wide else query, before)
    if len(ids) <= PAGE and before is None and query.widened() != query:
        wide = True
        ids = message_ids(among, asked, query.widened(), before)
    if wide:
        query = query.widened()
    named = [] if before else titles(among, query.widened(), owner=owner_of(asked), most=TITLES_SHOWN)
    page = Page(rows_of(among, named, ids[:PAGE], query))
    if len(ids) > PAGE:
        page.older = f"{ids[PAGE - 1]}{'w' if wide else ''}"
    elif before is None:
        page.count = len(page.rows)
    return page


def message_ids(among: Conversations, asked: Asked, query: Query, older: int | None) -> list[int]:
    owner = owner_of(asked)
    narrowed = owner is None and any(name not in ("q", "group") for name in asked.given)
    return newest_messages(among, query, owner=owner, narrowed=narrowed, older=older, most=PAGE + 1)


def owner_of(asked: Asked) -> int | None:
    person = asked.values.get("person")
    return person.pk if person else None


def rows_of(among: Conversations, named: list[int], ids: list[int], query: Query) -> list[Row]:
    """Return a row a conversation, first those with the words in their title, then by the newest message."""
    messages = list(Message.objects.filter(pk__in=ids).defer("html", "reasoning").order_by("-pk"))
    keys = list(dict.fromkeys([*named, *(message.conversation_id for message in messages)]))
    found = with_facts(among.filter(pk__in=keys)).in_bulk()
    pattern = pattern_of(query.wanted)
    rows = {key: Row(found[key], marked(found[key].heading, pattern)) for key in keys if key in found}
    for message in messages:
        if row := rows.get(message.conversation_id):
            row.hits.append(Hit(message, excerpt(message.text, query)))
    return list(rows.values())
