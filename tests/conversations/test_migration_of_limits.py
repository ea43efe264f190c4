"""What was used before there were budgets counts as if there had been."""

import importlib
from datetime import UTC, datetime
from decimal import Decimal

import time_machine
from django.apps import apps
from django.db import connection

from conversations.models import Generation, Spending, Status, Usage
from tests.factories import make_conversation

count_calls = importlib.import_module("conversations.migrations.0009_limits").count_calls


def test_calls_that_are_on_record_are_counted_by_day_and_for_this_month(ada, bob):
    days = [
        datetime(2026, 10, 31, 9, tzinfo=UTC),
        *[datetime(2026, 11, day, 9, tzinfo=UTC) for day in (1, 25, 25)],
    ]
    for day in days:
        make_conversation(ada, "Hello", "Hi")
        Generation.objects.filter(pk=Generation.objects.latest("pk").pk).update(
            finished_at=day,
            prompt_tokens=10,
            completion_tokens=5,
            usage_trusted=True,
            cost_usd=Decimal("0.002"),
        )
    make_conversation(bob, "Hello", "Hi")
    Generation.objects.filter(conversation__owner=bob).update(prompt_tokens=9_000, status=Status.DONE)

    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        count_calls(apps, connection.schema_editor())

    rows = Usage.objects.order_by("day").values_list("day__day", "calls", "prompt_tokens", "cost")
    assert list(rows) == [(31, 1, 10, 200_000), (1, 1, 10, 200_000), (25, 2, 20, 400_000)]
    spending = Spending.objects.get()
    assert (spending.day_tokens, spending.month_tokens, spending.month_cost) == (30, 45, 600_000)
