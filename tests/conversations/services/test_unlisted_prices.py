"""A budget in money holds for a model of which nobody listed a price, too."""

from decimal import Decimal

import pytest

from conversations.models import ChatModel, Conversation, Generation, Reservation, Spending, Status
from conversations.models.spending import to_units
from conversations.services.errors import Refusal, TooMany
from conversations.services.settling import release, settle_orphans
from conversations.services.titles import ask_for_title
from conversations.streaming.ending import learn
from tests.factories import make_conversation, make_group, make_model, make_policy, make_user

from .budgeting import ends, in_threads, sent, told


def dollars(usd) -> int:
    return to_units(Decimal(usd))


def learned(generation) -> Generation:
    learn(generation, characters=10, titles=False)
    return generation


def test_an_answer_of_unknown_price_is_made_alone(ada):
    make_policy(person=ada, usd_per_day=5)
    first = sent(ada)

    with pytest.raises(TooMany, match="set aside for answers that are being written"):
        sent(ada)
    with pytest.raises(TooMany):
        sent(ada, model=make_model("listed", input_price=Decimal(1), output_price=Decimal(1)))

    ends(first, **told(10, 10, cost_usd=Decimal("0.25")))
    assert sent(ada).status == Status.QUEUED
    assert Spending.objects.get().day_cost == dollars("0.25")


def test_it_may_begin_while_others_of_known_price_are_made(ada):
    make_policy(person=ada, usd_per_day=5)
    sent(ada, model=make_model("listed", input_price=Decimal(1), output_price=Decimal(1)))

    assert sent(ada).status == Status.QUEUED


def test_without_a_budget_in_money_nobody_waits_for_a_price(ada):
    make_policy(person=ada, tokens_per_day=10**6)

    assert sent(ada).status == sent(ada).status == Status.QUEUED


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_the_edge_one_is_let_through_and_no_more_after_it():
    people = [make_user(f"person{number}") for number in range(5)]
    make_policy(
        group=make_group("Otters", *people), pot_usd_per_day=Decimal("0.10"), requests_per_minute=1_000
    )
    ends(sent(people[0]), **told(10, 10, cost_usd=Decimal("0.09")))

    results = in_threads(50, lambda number: sent(people[number % 5]))

    through = [result for result in results if isinstance(result, Generation)]
    assert len(through) == 1
    ends(through[0], **told(10, 10, cost_usd=Decimal("0.40")))
    with pytest.raises(TooMany, match="is used up"):
        sent(people[1])


def test_a_listed_price_that_is_known_by_its_end_counts(ada):
    make_policy(person=ada, usd_per_day=5)
    generation = sent(ada)
    ChatModel.objects.update(input_price=Decimal(1_000), output_price=Decimal(1_000))

    ends(generation, **told(500, 500))

    assert Spending.objects.get().day_cost == dollars(1)


def test_what_was_stopped_before_it_told_a_price_counts_as_dear_as_the_dearest_before(ada):
    make_policy(person=ada, usd_per_day=50)
    model = make_model()
    for usd in ("0.10", "0.40", "0.20"):
        learned(ends(sent(ada), **told(500, 500, cost_usd=Decimal(usd))))
    model.refresh_from_db()
    assert model.told_price == Decimal(400)
    before = Spending.objects.get().day_cost

    stopped = sent(ada)
    prompt = Reservation.objects.get().prompt_tokens
    ends(stopped, Status.STOPPED, written=3_500, http_status=200)

    assert Spending.objects.get().day_cost - before == (1_000 + prompt) * dollars("0.0004")
    assert sent(ada).status == Status.QUEUED


def test_a_model_whose_answer_told_no_price_is_refused_under_a_budget_in_money_alone(ada, bob):
    make_policy(person=ada, usd_per_day=5)
    ends(sent(ada), **told(10, 10))

    with pytest.raises(Refusal, match="Nobody knows what test-model costs") as refusal:
        sent(ada)
    assert not isinstance(refusal.value, TooMany)
    talk = make_conversation(ada, "Hello", "Hi")
    ask_for_title(talk)
    assert not talk.generations.filter(purpose="title").exists()
    assert sent(bob).status == Status.QUEUED

    ChatModel.objects.update(input_price=0, output_price=0)
    assert sent(ada).status == Status.QUEUED


def test_once_it_tells_a_price_it_is_let_through_again(ada, bob):
    make_policy(person=ada, usd_per_day=5)
    ends(sent(ada), **told(10, 10))
    with pytest.raises(Refusal):
        sent(ada)

    learned(ends(sent(bob), **told(500, 500, cost_usd=Decimal("0.1"))))

    assert sent(ada).status == Status.QUEUED


def test_what_could_not_tell_its_price_costs_as_the_dearest_and_bars_nobody(ada):
    make_policy(person=ada, usd_per_day=5)
    make_model("vendor/dear", output_price=Decimal(100))

    ends(sent(ada), Status.STOPPED, written=3_500, http_status=200)

    used = Spending.objects.get().day_cost
    assert used > 1_000 * dollars("0.0001")
    stopped = sent(ada)
    assert stopped.status == Status.QUEUED
    Conversation.objects.all().delete()
    settle_orphans()
    assert Spending.objects.get().day_cost > used


def test_a_call_that_never_began_teaches_nothing_and_lets_the_next_one_in(ada):
    make_policy(person=ada, usd_per_day=5)
    ends(sent(ada), Status.FAILED, http_status=401)
    release(sent(ada))
    sent(ada)
    Conversation.objects.all().delete()
    settle_orphans()

    assert Spending.objects.get().reserved_unpriced == 0
    assert sent(ada).status == Status.QUEUED


@pytest.mark.parametrize("usd", ["0", "0.00000001", "999999", "12345678.9"])
def test_whatever_an_answer_tells_can_be_kept(ada, usd):
    model = make_model()

    learned(ends(sent(ada), **told(1, 0)))
    generation = sent(ada)
    generation.cost_usd, generation.usage_trusted, generation.prompt_tokens = Decimal(usd), True, 1
    learned(generation)

    model.refresh_from_db()
    assert model.told_price is not None
    assert not model.keeps_price_secret
