"""The list of conversations: folders, what is pinned, then by day; paged by a cursor."""

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
from conversations.services.marks import with_marks
from conversations.services.organising import Folder, list_folders

PAGE = 40
PINNED = "|pinned"


@dataclass(frozen=True, slots=True)
class Group:
    """Conversations of one day or month; `continued` from the page before, which has said its name."""

    label: str
    conversations: list[Conversation]
    continued: bool = False


class Sidebar:
    """One page of a person's conversations, asked for only if the template shows it.

    It takes one query, and on the first page one more for the folders.
    """

    def __init__(self, user: User, before: str = "") -> None:
        self.user = user
        self.before = before

    @cached_property
    def page(self) -> list[Conversation]:
        rows = with_marks(Conversation.objects.visible_to(self.user).listed())
        if cursor := self.cursor:
            moment, pk = cursor
            later = Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=pk)
            if self.before.endswith(PINNED):
                rows = rows.filter(Q(pinned=False) | (Q(pinned=True) & later))
            else:
                rows = rows.filter(later, pinned=False)
        return list(rows[: PAGE + 1])

    @cached_property
    def folders(self) -> list[Folder]:
        """The folders, on the first page."""
        return [] if self.before else list_folders(self.user)

    @property
    def cursor(self) -> tuple[datetime, int] | None:
        return parse_cursor(self.before.removesuffix(PINNED))

    @property
    def groups(self) -> list[Group]:
        now = timezone.localtime()
        shown = self.page[:PAGE]
        said = self.said_before(now)
        return [
            Group(label, list(rows), continued=label == said)
            for label, rows in groupby(shown, lambda row: label_of(row, now))
        ]

    def said_before(self, now: datetime) -> str:
        """Return the label that the page before this one ended with."""
        if self.cursor is None:
            return ""
        return _("Pinned") if self.before.endswith(PINNED) else day_label(self.cursor[0], now)

    @property
    def running(self) -> str:
        """The public ids of the rows for which an answer is being made, with commas between."""
        return ",".join(str(row.public_id) for row in self.page if getattr(row, "is_running", False))

    @property
    def older(self) -> str:
        """The address of the next page, or nothing."""
        if len(self.page) <= PAGE:
            return ""
        last = self.page[PAGE - 1]
        cursor = f"{last.updated_at.isoformat()}|{last.pk}{PINNED if last.pinned else ''}"
        return f"{reverse('conversations:list_conversations')}?{urlencode({'before': cursor})}"


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


def label_of(row: Conversation, now: datetime) -> str:
    return _("Pinned") if row.pinned else day_label(row.updated_at, now)


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
