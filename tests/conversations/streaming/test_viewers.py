import asyncio
from collections.abc import Collection

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError

from accounts.models import User
from conversations import bus
from conversations.access import Visit, still_signed_in
from conversations.streaming import viewers as viewers_module
from conversations.streaming.viewers import Viewers
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def visit_of(person: User) -> Visit:
    session = SessionStore()
    session.create()
    return Visit(session.session_key or "", person.pk, person.password)


@pytest.fixture
def quick_looks(monkeypatch):
    monkeypatch.setattr(viewers_module, "LOOK_EVERY_S", 0.02)


async def rung(bell: asyncio.Event) -> None:
    await asyncio.wait_for(bell.wait(), 5)


async def log_out(visit: Visit) -> None:
    await Session.objects.filter(session_key=visit.session_key).adelete()


async def close_account(visit: Visit) -> None:
    await User.objects.filter(pk=visit.user_id).aupdate(is_active=False)


async def change_password(visit: Visit) -> None:
    await User.objects.filter(pk=visit.user_id).aupdate(password="another")


@pytest.mark.parametrize("leave", [log_out, close_account, change_password])
async def test_who_may_not_stay_is_sent_away_and_nobody_else(leave, quick_looks):
    viewers = Viewers(still_signed_in)
    adas, bobs = [
        await sync_to_async(visit_of)(await sync_to_async(make_user)(name)) for name in ("ada", "bob")
    ]
    with viewers.following(1, adas) as ada, viewers.following(2, bobs) as bob:
        await leave(adas)
        await rung(ada.bell)

        assert (ada.stays, bob.stays) == (False, True)
        assert not bob.bell.is_set()


async def test_all_viewers_are_looked_at_in_two_queries(django_assert_num_queries):
    visits = [await sync_to_async(visit_of)(await sync_to_async(make_user)(f"person-{n}")) for n in range(5)]

    def look() -> set[Visit]:
        with django_assert_num_queries(2):
            return still_signed_in(visits)

    assert await sync_to_async(look)() == set(visits)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
async def test_while_the_database_is_away_nobody_is_sent_away_and_the_look_is_repeated(error, quick_looks):
    looks = []

    def nobody_stays_in_the_end(visits: Collection[Visit]) -> set[Visit]:
        looks.append(len(visits))
        if len(looks) < 3:
            raise error
        return set()

    visit = await sync_to_async(visit_of)(await sync_to_async(make_user)("ada"))
    with Viewers(nobody_stays_in_the_end).following(1, visit) as viewer:
        await rung(viewer.bell)

        assert viewer.sent_away
        assert looks == [1, 1, 1]


async def test_a_viewer_hears_of_its_own_answer_alone():
    viewers = Viewers(still_signed_in)
    visit = await sync_to_async(visit_of)(await sync_to_async(make_user)("ada"))
    with viewers.following(1, visit) as one, viewers.following(2, visit) as other:
        bus.ring("answer", 1)
        await rung(one.bell)

        assert not other.bell.is_set()
    assert len(viewers) == 0
