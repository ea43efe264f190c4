from decimal import Decimal

from conversations.models import Generation
from conversations.services.usage import saved_by_cache
from tests.factories import make_conversation, make_model

PRICES = {"input_price": Decimal(3), "output_price": Decimal(15)}


def test_what_was_kept_is_paid_at_a_tenth_and_the_rest_is_saved(ada):
    model = make_model("claude-x", caches_prompts=True, **PRICES)
    conversation = make_conversation(ada, "Hello", "Hi", model=model)
    answer = Generation.objects.get(conversation=conversation)
    answer.model_asked, answer.cached_tokens, answer.usage_trusted = "claude-x", 1_000_000, True

    assert saved_by_cache(answer) == Decimal("2.7")
    assert model.price(2_000_000, 0, cached_tokens=1_000_000) == Decimal("3.3")
    assert model.price(2_000_000, 1_000_000) == Decimal(21)


def test_nothing_is_said_to_be_saved_where_it_is_not_known(ada):
    model = make_model("other", **PRICES)
    conversation = make_conversation(ada, "Hello", "Hi", model=model)
    answer = Generation.objects.get(conversation=conversation)
    answer.model_asked, answer.cached_tokens, answer.usage_trusted = "other", 1_000, True

    assert saved_by_cache(answer) is None
    assert model.price(1_000_000, 0, cached_tokens=1_000_000) == Decimal(3)
