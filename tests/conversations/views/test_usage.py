"""What was used: one's own page, that of everybody, and the file of it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import AsyncClient

from conversations.models import Generation, Usage
from conversations.services import reporting
from conversations.services.reporting import Stretch, by_conversation, by_group, harmless
from conversations.services.spending import open_pot, site_day
from tests.factories import make_conversation, make_group, make_model, make_policy, make_user

ALL = "/usage/everybody/"


def used(person, tokens=100, *, days_ago=0, model="test-model", cost=0) -> Usage:
    return Usage.objects.create(
        person=person,
        day=site_day() - timedelta(days=days_ago),
        model=model,
        calls=1,
        prompt_tokens=tokens,
        completion_tokens=7,
        cached_tokens=3,
        cost=cost,
    )


@pytest.fixture
def office(db, client_of):
    """Somebody who may see what everybody used."""
    clerk = make_user("clerk")
    clerk.user_permissions.add(Permission.objects.get(codename="view_usage"))
    return client_of(clerk)


def page_of(browser, address="/usage/") -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_used_nothing_is_told_what_would_stand_there(browser):
    page = page_of(browser)

    assert "Nothing was used in these days" in page
    assert "Usage of everybody" not in page


def test_my_usage_is_shown_by_day_model_and_conversation_and_is_mine_alone(browser, ada, bob):
    make_model("vendor/otter", label="Otter <b>")
    talk = make_conversation(ada, "Of otters", "Yes")
    Generation.objects.update(prompt_tokens=1_000, completion_tokens=200, usage_trusted=True)
    make_conversation(bob, "Of crabs", "No")
    used(ada, 12_000, model="vendor/otter", cost=150_000_000)
    used(ada, 500, days_ago=8)
    used(bob, 777_777)

    week, month = page_of(browser, "/usage/?days=7"), page_of(browser)

    assert "12,000" in week
    assert "Otter &lt;b&gt;" in week
    assert "1.50" in week
    assert f"/c/{talk.public_id}/" in week
    assert "12,507" not in week
    assert "12,500" in month
    assert "777,777" not in month
    assert "Of crabs" not in month
    assert week.count("<rect") > 14
    assert 'aria-current="true">7 days' in week


@pytest.mark.parametrize("days", ["", "x", "0", "-7", "99999999999999999999", "7.0"])
def test_an_odd_range_is_thirty_days(browser, ada, days):
    used(ada)
    assert 'aria-current="true">30 days' in page_of(browser, f"/usage/?days={days}")


def test_budgets_stand_on_the_page_with_the_day_on_which_they_renew(browser, ada):
    make_policy(person=ada, tokens_per_month=10_000, usd_per_day=2)
    with time_machine.travel(datetime(2026, 12, 20, 12, tzinfo=UTC)):
        page = page_of(browser)

    assert "10,000 of 10,000 tokens left this month" in page
    assert "$2.00 of $2.00 left today" in page
    assert "it renews on 1 January" in page


def test_what_stands_in_no_conversation_is_told_apart(browser, ada):
    make_conversation(ada, "Hello", "Hi", temporary=True)
    Generation.objects.update(prompt_tokens=1_000, usage_trusted=True)
    used(ada, 1_000)

    page = page_of(browser)

    assert "Others: deleted, temporary" in page
    assert by_conversation(ada, Stretch(7)) == []


def test_the_page_of_everybody_is_not_there_for_others(browser, office):
    assert browser.get(ALL).status_code == 404
    assert browser.get("/usage/everybody.csv").status_code == 404
    assert office.get(ALL).status_code == 200
    assert "Usage of everybody" in page_of(office)


def test_everybodys_usage_is_shown_by_person_group_and_model_and_filtered_by_the_address(office, ada, bob):
    group = make_group("Zoo & more", ada)
    used(ada, 4_321, cost=99_000_000)
    used(bob, 8_765, model="vendor/otter")
    used(None, 55)

    assert all(word in page_of(office, ALL) for word in ("4,321", "8,765", "ada", "bob", "People who left"))
    by_the_group = page_of(office, f"{ALL}?by=group")
    assert "Zoo &amp; more" in by_the_group
    assert "In no group" in by_the_group
    assert "vendor/otter" in page_of(office, f"{ALL}?by=model")
    for query, shown, hidden in (
        ("person=ad", "4,321", "8,765"),
        (f"group={group.pk}", "4,321", "8,765"),
        ("model=vendor/otter", "8,765", "4,321"),
    ):
        page = page_of(office, f"{ALL}?{query}")
        assert shown in page
        assert hidden not in page
        assert f"everybody.csv?days=30&amp;by=person&amp;{query.replace('/', '%2F')}" in page


def test_by_group_the_pots_are_shown_with_what_was_used_of_them(office, ada, bob):
    otters, zebras = make_group("Otters & more", ada), make_group("Zebras", bob)
    make_policy(group=otters, pot_tokens_per_month=10_000)
    make_policy(group=zebras, pot_usd_per_day=3)
    used(ada, 8_500)
    open_pot(otters.pk, site_day())

    by_group_page = page_of(office, f"{ALL}?by=group")
    assert "1,493 of 10,000 tokens left this month for all of “Otters &amp; more”" in by_group_page
    assert "8,507 tokens used, 85 %; it renews on" in by_group_page
    assert "$3.00 of $3.00 left today for all of “Zebras”" in by_group_page
    of_one = page_of(office, f"{ALL}?by=model&group={zebras.pk}")
    assert "“Zebras”" in of_one
    assert "“Otters" not in of_one
    assert "Pots of groups" not in page_of(office, ALL)


def test_the_pot_of_ones_group_stands_on_ones_own_page_and_on_nobody_elses(browser, client_of, ada, bob):
    make_policy(group=make_group("Otters", ada), pot_tokens_per_month=10_000)

    assert "10,000 of 10,000 tokens left this month for all of “Otters”" in page_of(browser)
    assert "Otters" not in page_of(client_of(bob))


@pytest.mark.parametrize(
    "query",
    ["group=x", "group=99999999999999999999", "person=%00", "by=x", "model=%00", "person=" + "a" * 999],
)
def test_odd_filters_are_passed_over(office, query):
    assert office.get(f"{ALL}?{query}").status_code == 200
    assert office.get(f"/usage/everybody.csv?{query}").status_code == 200


def test_who_is_in_two_groups_counts_in_each_and_once_in_all(ada):
    make_group("one", ada)
    make_group("two", ada)
    used(ada, 100)

    lines = by_group(Usage.objects.all())

    assert sorted(line.label for line in lines) == ["one", "two"]


@pytest.mark.django_db(transaction=True)
async def test_the_file_has_every_row_and_no_formula():
    clerk = await make_clerk()
    browser = AsyncClient()
    await browser.aforce_login(clerk)

    response = await browser.get("/usage/everybody.csv?days=7")
    body = b"".join([piece async for piece in response.streaming_content]).decode()

    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0][:3] == ["day", "person", "model"]
    assert len(rows) == 1 + 3
    assert rows[1] == [rows[1][0], "'@sum", "'=cmd|'/c calc'!A1", "1", "100", "3", "7", "0.00000005"]
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_no_row_is_lost_or_told_twice_between_the_parts_of_the_file(ada, bob, monkeypatch):
    monkeypatch.setattr(reporting, "ROWS_AT_ONCE", 2)
    for number in range(3):
        for days in (5, 1, 3):
            used(ada if number else bob, 100, days_ago=days, model=f"m{number}")

    told = b"".join(reporting.as_csv(Usage.objects.all())).decode().splitlines()[1:]

    assert [line.split(",")[0] for line in told] == sorted(line.split(",")[0] for line in told)
    assert len(set(told)) == len(told) == 9


def make_clerk():
    from asgiref.sync import sync_to_async

    def rows():
        clerk = make_user("@sum", is_superuser=True)
        used(clerk, 100, days_ago=2, model="=cmd|'/c calc'!A1", cost=5)
        used(clerk, 100, days_ago=1)
        used(None, 100)
        used(clerk, 100, days_ago=9)
        return clerk

    return sync_to_async(rows)()


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_made_words(cell):
    assert harmless(cell) == f"'{cell}"


def test_the_pages_cost_the_same_however_much_there_is(office, browser, ada, django_assert_max_num_queries):
    def grow(times: int) -> None:
        for number in range(times):
            used(make_user(f"person{Usage.objects.count()}"), 10, days_ago=number % 5, model=f"m{number}")
            used(ada, 10, days_ago=number % 5, model=f"m{Usage.objects.count()}")

    grow(2)
    for person, address, most in ((browser, "/usage/", 22), (office, ALL, 22)):
        person.get(address)
        with django_assert_max_num_queries(most) as few:
            person.get(address)
        before = len(few)
        grow(15)
        with django_assert_max_num_queries(before):
            assert person.get(address).status_code == 200


def test_the_days_of_a_stretch_are_those_of_the_site(settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        stretch = Stretch(7)
        assert (stretch.first, stretch.last) == (date(2026, 11, 20), date(2026, 11, 26))
        assert stretch.since == datetime(2026, 11, 19, 11, tzinfo=UTC)


def test_the_money_of_a_conversation_is_what_its_calls_cost(ada):
    make_conversation(ada, "Hello", "Hi")
    Generation.objects.update(cost_usd=Decimal("0.0125"), usage_trusted=True, prompt_tokens=5)

    assert by_conversation(ada, Stretch(7))[0].tally.cost == 1_250_000
