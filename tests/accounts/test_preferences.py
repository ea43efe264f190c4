"""What people choose for themselves, and where it shows."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.zones import in_zone_of, known_zones, zones_by_region
from conversations.models import Conversation, Message
from tests.factories import make_conversation, make_model

pytestmark = pytest.mark.django_db
PAGE = "/preferences/"
CHOICES = {
    "theme": "dark",
    "time_zone": "Asia/Tokyo",
    "send_key": "ctrl-enter",
    "announcement": "notice",
}


@pytest.fixture
def offered():
    return [make_model(name, is_offered=True) for name in ("one/model", "another/model")]


def test_all_is_kept_with_the_person(ada, browser, offered):
    response = browser.post(PAGE, {**CHOICES, "default_model": "one/model"}, follow=True)

    assert "Your preferences are kept." in response.content.decode()
    ada.refresh_from_db()
    kept = {name: getattr(ada, name) for name in CHOICES}
    assert kept == CHOICES
    assert ada.default_model == "one/model"


def test_the_page_shows_what_was_chosen(ada, browser, offered):
    browser.post(PAGE, {**CHOICES, "default_model": "one/model"})

    page = browser.get(PAGE).content.decode()

    assert 'value="Asia/Tokyo" selected' in page
    assert 'value="one/model" selected' in page
    assert page.count(" checked") == 3
    assert 'data-theme="dark"' in page


def test_the_chat_is_told_of_the_key_and_of_what_is_said(browser):
    browser.post(PAGE, CHOICES)

    page = browser.get("/").content.decode()

    assert 'data-send-key="ctrl-enter"' in page
    assert 'data-announce="notice"' in page


@pytest.mark.parametrize("name", [*CHOICES, "default_model"])
@pytest.mark.parametrize("value", ["nonsense", "\0", "../../etc/passwd", "x" * 10_000])
def test_what_cannot_be_chosen_is_refused_in_a_sentence_and_nothing_is_kept(
    name, value, ada, browser, offered
):
    response = browser.post(PAGE, {**CHOICES, name: value})

    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    ada.refresh_from_db()
    assert (ada.theme, ada.time_zone, ada.send_key) == ("system", "", "enter")


def test_nothing_else_of_the_person_is_written(ada, browser):
    fields = {"username": "eve", "is_staff": "on", "is_superuser": "on", "pk": "1", "is_active": ""}
    browser.post(PAGE, {**CHOICES, **fields})

    ada.refresh_from_db()
    assert (ada.username, ada.is_staff, ada.is_superuser, ada.is_active) == ("ada", False, False, True)


def test_nobodys_preferences_but_ones_own_are_set(bob, browser):
    browser.post(PAGE, {**CHOICES, "pk": bob.pk, "instance": bob.pk})

    bob.refresh_from_db()
    assert bob.theme == "system"


# The model


def test_a_new_conversation_begins_with_the_model_that_is_preferred(ada, browser, offered):
    User.objects.filter(pk=ada.pk).update(default_model="another/model")

    browser.post("/", {"text": "Hello", "key": "0b8e5bd0-5ac5-44be-a8cd-58ff4f2c23ef"})

    assert Conversation.objects.get().model.name == "another/model"


def test_a_model_that_is_not_offered_any_more_counts_for_nothing(ada, browser, offered, settings):
    User.objects.filter(pk=ada.pk).update(default_model="gone/model")

    browser.post("/", {"text": "Hello", "key": "0b8e5bd0-5ac5-44be-a8cd-58ff4f2c23ef"})

    assert Conversation.objects.get().model.name == settings.LLM_MODEL
    assert " selected" in browser.get(PAGE).content.decode()


def test_where_there_is_one_model_nobody_is_asked(browser):
    assert "default_model" not in browser.get(PAGE).content.decode()


# The time zone


@pytest.fixture
def noon(ada) -> Conversation:
    """Asked when it was noon in Greenwich, long ago."""
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    Message.objects.update(created_at=datetime(2025, 7, 1, 12, 0, tzinfo=UTC))
    return talk


def told(browser: Client, talk: Conversation) -> str:
    page = browser.get(reverse("conversations:show_conversation", args=[talk.public_id])).content.decode()
    return next(time for time in ("12:00", "14:00", "21:00", "08:00") if f"1 July 2025, {time}" in page)


def test_times_are_the_sites_until_a_browser_says_its_own_and_a_person_chooses(ada, browser, noon):
    assert told(browser, noon) == "12:00"

    browser.cookies["zone"] = "Europe/Berlin"
    assert told(browser, noon) == "14:00"

    User.objects.filter(pk=ada.pk).update(time_zone="Asia/Tokyo")
    assert told(browser, noon) == "21:00"
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("zone", ["Nowhere/City", "../../etc/passwd", "/etc/localtime", "", "\x7f", "Europe"])
def test_a_browser_that_says_nonsense_gets_the_sites_time(zone, browser, noon):
    browser.cookies["zone"] = zone

    assert told(browser, noon) == "12:00"


@given(zone=st.one_of(st.text(max_size=80), st.sampled_from(sorted(known_zones()))))
def test_no_cookie_breaks_a_page(zone):
    from types import SimpleNamespace

    request = SimpleNamespace(user=SimpleNamespace(), COOKIES={"zone": zone})

    with in_zone_of(request):
        assert timezone.localtime().utcoffset() is not None


def test_every_zone_that_can_be_chosen_exists():
    names = {name for _region, zones in zones_by_region() for name, _place in zones}

    assert names <= known_zones()
    assert {"Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "UTC"} <= names


def test_who_is_not_signed_in_has_a_time_zone_too():
    stranger = Client()
    stranger.cookies["zone"] = "Asia/Tokyo"

    assert stranger.get("/accounts/login/").status_code == 200


def test_the_page_costs_the_same_whatever_there_is(ada, browser, offered):
    with CaptureQueriesContext(connection) as few:
        assert browser.get(PAGE).status_code == 200
    for number in range(20):
        make_model(f"model/{number}", is_offered=True)
        make_conversation(ada, "Question", "Answer")
    with CaptureQueriesContext(connection) as many:
        assert browser.get(PAGE).status_code == 200

    assert len(many) <= len(few)
    assert "Buenos Aires" in unescape(browser.get(PAGE).content.decode())
