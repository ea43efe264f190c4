"""The list of conversations, grouped by day and paged by a cursor."""

from dataclasses import dataclass
from datetime import MAXYEAR, datetime
from functools import cached_property
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation

PAGE = 40


@dataclass(frozen=True, slots=True)
class Group:
    """Conversations of one day or month; `continued` from the page before, which has said its name."""

    label: str
    conversations: list[Conversation]
    continued: bool = False


class Sidebar:
    """One page of a person's conversations, asked for only if the template shows it; one query."""

    def __init__(self, user: User, before: str = "") -> None:
        self.user = user
        self.before = before

    @cached_property
    def page(self) -> list[Conversation]:
        rows = Conversation.objects.visible_to(self.user).newest_first()
        if cursor := parse_cursor(self.before):
            moment, pk = cursor
            rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=pk))
        return list(rows[: PAGE + 1])

    @property
    def groups(self) -> list[Group]:
        now = timezone.localtime()
        shown = self.page[:PAGE]
        cursor = parse_cursor(self.before)
        said = day_label(cursor[0], now) if cursor else ""
        return [
            Group(label, list(rows), continued=label == said)
            for label, rows in groupby(shown, lambda row: day_label(row.updated_at, now))
        ]

    @property
    def older(self) -> str:
        """The address of the next page, or nothing."""
        if len(self.page) <= PAGE:
            return ""
        last = self.page[PAGE - 1]
        query = urlencode({"before": f"{last.updated_at.isoformat()}|{last.pk}"})
        return f"{reverse('conversations:list_conversations')}?{query}"


def parse_cursor(text: str) -> tuple[datetime, int] | None:
    """Return the time and the key that `text` names; anything else is the beginning of the list."""
    moment, _separator, pk = text.partition("|")
    try:
        when = parse_datetime(moment)
    except ValueError:
        return None
    if when is None or timezone.is_naive(when) or not pk.isdecimal() or len(pk) > 18:
        return None
    if not 1 < when.year < MAXYEAR:  # at the ends of the calendar another time zone is out of it
        return None
    return when, int(pk)


def day_label(moment: datetime, now: datetime) -> str:
    day, today = timezone.localtime(moment).date(), now.date()
    age = (today - day).days
    if age <= 0:
        return _("Today")
    if age == 1:
        return _("Yesterday")
    if age < 7:
        return _("Previous 7 days")
    if age < 30:
        return _("Previous 30 days")
    return date_format(day, "F Y" if day.year != today.year else "F")
