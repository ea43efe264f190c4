"""What a statement is put together from: conditions, each with its values."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.utils import timezone

Value = str | int
Condition = tuple[str, Sequence[Value | list[int]]]


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
