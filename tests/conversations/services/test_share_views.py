"""Openings of shares are counted in memory and written together."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection

from conversations.models import Share
from conversations.services.share_views import count_view, has_unwritten, write_views
from conversations.streaming.views_kept import keep_views
from tests.factories import make_conversation, make_share, make_user


@pytest.fixture
def share(ada):
    return make_share(make_conversation(ada, "What do otters eat?", "Fish."))


def views() -> int:
    return Share.objects.get().views


def test_a_thousand_openings_are_one_write(share, bob, django_assert_num_queries):
    with django_assert_num_queries(0):
        for _ in range(1000):
            count_view(share, viewer=bob)
    with django_assert_num_queries(3):  # and the two of its transaction
        write_views()

    assert views() == 1000
    assert not has_unwritten()


def test_ones_own_are_not_counted(share, ada):
    count_view(share, viewer=ada)

    assert not has_unwritten()


def test_nothing_is_lost_while_the_database_is_away(share):
    count_view(share, viewer=AnonymousUser())
    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        write_views()
    write_views()

    assert views() == 1


def away(*statement):
    raise OperationalError("gone")


@pytest.mark.django_db(transaction=True)
async def test_a_process_that_ends_writes_down_what_it_has_counted():
    made = await sync_to_async(lambda: make_share(make_conversation(make_user("ada"), "Otters?", "Fish.")))()
    count_view(made, viewer=AnonymousUser())

    keeping = asyncio.create_task(keep_views())
    await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.wait([keeping])

    assert await sync_to_async(views)() == 1
