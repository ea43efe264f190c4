"""What is left of a budget stands under the message box; who has used it up is told until when."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine

from conversations import wiring
from conversations.models import Generation, Message
from conversations.services.spending import add_to, site_day
from tests.factories import make_conversation, make_policy

HTMX = {"HX-Request": "true"}


@pytest.fixture
def talk(ada):
    return make_conversation(ada, "Hello", "Hi", model=wiring.current_model())


def use(person, tokens) -> None:
    add_to(person.pk, site_day(), day_tokens=tokens, month_tokens=tokens)


def form(text="And more?", **fields):
    return {"text": text, "key": str(uuid4()), **fields}


def test_without_a_budget_nothing_is_said_of_one(browser, talk):
    for page in ("/", f"/c/{talk.public_id}/"):
        assert "budget" not in browser.get(page).content.decode()


@pytest.mark.parametrize(
    ("used", "words", "mark"),
    [
        (0, "10,000 of 10,000 tokens left today", 'class="budget "'),
        (7_900, "2,100 of 10,000 tokens left today", 'class="budget "'),
        (8_000, "2,000 of 10,000 tokens left today", "budget--low"),
        (9_999, "1 of 10,000 tokens left today", "budget--low"),
        (10_000, "Your budget for today, 10,000 tokens, is used up. It renews on", "budget--over"),
    ],
)
def test_what_is_left_stands_under_the_box(browser, ada, talk, used, words, mark):
    make_policy(person=ada, tokens_per_day=10_000)
    use(ada, used)

    for page in ("/", f"/c/{talk.public_id}/"):
        shown = browser.get(page).content.decode()
        assert words in shown
        assert mark in shown


def test_of_several_budgets_the_tightest_is_shown(browser, ada):
    make_policy(person=ada, tokens_per_day=10_000, tokens_per_month=20_000, usd_per_month=5)
    use(ada, 9_000)
    assert "left today" in browser.get("/").content.decode()
    add_to(ada.pk, site_day(), month_cost=480_000_000)
    assert "$0.20 of $5.00 left this month" in browser.get("/").content.decode()


@pytest.mark.parametrize(("headers", "status"), [({}, 429), (HTMX, 422)])
def test_a_question_over_the_budget_keeps_its_text_and_says_when_it_renews(
    browser, ada, talk, headers, status
):
    make_policy(person=ada, tokens_per_month=100)
    use(ada, 100)
    before = Message.objects.count()

    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        use(ada, 100)
        for address in ("/", f"/c/{talk.public_id}/send/"):
            answer = browser.post(address, form("Why do otters hold hands?"), headers=headers)
            page = answer.content.decode()
            assert answer.status_code == status
            assert "Why do otters hold hands?" in page
            assert "It renews on Tuesday, 1 December." in page

    assert Message.objects.count() == before


def test_what_asks_again_is_refused_in_a_notice(browser, ada, talk):
    make_policy(person=ada, tokens_per_day=0)

    answer = browser.post(f"/m/{talk.leaf.public_id}/regenerate/", headers=HTMX)

    assert answer.status_code == 429
    assert "used up" in answer.content.decode()
    assert not Generation.objects.active().exists()


def test_after_an_answer_the_line_alone_is_asked_for(browser, ada, stranger):
    make_policy(person=ada, tokens_per_day=10_000)
    use(ada, 500)

    line = browser.get("/usage/budget/", headers=HTMX).content.decode()

    assert "9,500 of 10,000" in line
    assert "<html" not in line
    assert "budget" not in stranger.get("/usage/budget/", headers=HTMX).content.decode()
    assert browser.get("/usage/budget/").status_code == 302


def test_a_budget_costs_the_page_one_query(browser, ada, talk, django_assert_max_num_queries):
    browser.get(f"/c/{talk.public_id}/")
    with django_assert_max_num_queries(16) as without:
        browser.get(f"/c/{talk.public_id}/")
    before = len(without)
    make_policy(person=ada, tokens_per_day=10_000)
    use(ada, 500)
    browser.get(f"/c/{talk.public_id}/")

    with django_assert_max_num_queries(before + 1):
        assert "9,500 of 10,000" in browser.get(f"/c/{talk.public_id}/").content.decode()


def test_a_policy_says_how_many_questions_a_minute_may_have(browser, ada, talk):
    make_policy(requests_per_minute=2)

    statuses = [browser.post("/", form(f"Question {number}")).status_code for number in range(3)]

    assert statuses == [302, 429, 429]  # the answer of `talk` was the first
