"""The provider's list against ours: it adds and refreshes, and takes nothing away that a person set."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from conversations.llm.catalogue import Catalogue, Listed
from conversations.models import ChatModel
from conversations.services.catalogue import Bounds, sync_models
from conversations.services.errors import Refusal
from tests.conversations.llm.test_catalogue import ANYTHING, catalogue_of
from tests.factories import make_model

pytestmark = pytest.mark.django_db
BOUNDS = Bounds(window=200_000, answer=4_096)
SONNET = "anthropic/claude-sonnet-4"


def sync(*models: Listed | str, **options):
    listed = tuple(Listed(model) if isinstance(model, str) else model for model in models)
    return sync_models(Catalogue(listed), bounds=BOUNDS, **options)


def offered() -> set[str]:
    return set(ChatModel.objects.offered("").values_list("name", flat=True))


def test_a_listed_model_becomes_a_row_in_its_dialect_that_nobody_is_offered():
    synced = sync(
        Listed(
            "anthropic/claude-sonnet-5",
            label="Claude Sonnet 5",
            developer="Anthropic",
            context_window=1_000_000,
            output_most=1_000,
            sees=True,
            thinks=True,
            input_price=Decimal("2.6"),
        )
    )

    model = ChatModel.objects.get()
    assert synced.added == ["anthropic/claude-sonnet-5"]
    assert (model.label, model.dialect, model.takes_images) == ("Claude Sonnet 5", "both", True)
    assert (model.context_window, model.output_limit) == (200_000, 1_000)
    assert (model.efforts, model.input_price) == (["low", "medium", "high"], Decimal("2.6"))
    assert offered() == set()


def test_a_pattern_offers_what_is_new_and_what_nobody_decided_about():
    sync("openai/gpt-4o", SONNET, offer=["anthropic/*"])
    assert offered() == {SONNET}

    synced = sync("openai/gpt-4o", SONNET, offer=["*"])
    assert synced.offered == ["openai/gpt-4o"]


def test_what_an_administrator_stopped_offering_stays_so():
    sync(SONNET, offer=["*"])
    ChatModel.objects.update(is_offered=False, by_hand=["is_offered"])

    sync(SONNET, offer=["*"])

    assert offered() == set()


def test_what_is_not_listed_any_more_is_kept_and_not_offered_until_it_is_back():
    sync(SONNET, "b/b", offer=["*"])

    assert sync("b/b").gone == [SONNET]
    assert ChatModel.objects.count() == 2
    assert offered() == {"b/b"}
    sync("b/b", SONNET)
    assert offered() == {"b/b", SONNET}


def test_what_an_administrator_offers_by_hand_is_never_taken_away():
    sync(SONNET, "b/b")
    ChatModel.objects.filter(name=SONNET).update(is_offered=True, by_hand=["is_offered"])

    synced = sync("b/b")

    assert (synced.gone, synced.kept) == ([], [SONNET])
    assert offered() == {SONNET}


def test_a_row_that_no_list_ever_had_is_left_alone():
    make_model("made-by-hand", is_offered=True)

    assert sync("b/b").gone == []
    assert offered() == {"made-by-hand"}


def test_what_a_person_wrote_is_not_written_over():
    make_model(SONNET, label="Our Claude", by_hand=["label", "efforts"], efforts=[])

    sync(Listed(SONNET, label="Claude Sonnet 4", developer="Anthropic", thinks=True))

    model = ChatModel.objects.get()
    assert (model.label, model.developer, model.efforts) == ("Our Claude", "Anthropic", [])


def test_a_window_is_only_ever_made_smaller():
    make_model(SONNET, context_window=50_000, output_limit=4_096)
    sync(Listed(SONNET, context_window=1_000_000, output_most=64_000))
    model = ChatModel.objects.get()
    assert (model.context_window, model.output_limit) == (50_000, 4_096)

    sync(Listed(SONNET, context_window=8_000, output_most=2_000))
    model.refresh_from_db()
    assert (model.context_window, model.output_limit) == (8_000, 2_000)


def test_a_row_under_an_alias_is_the_same_model():
    make_model("claude-sonnet-4")

    synced = sync(Listed(SONNET, aliases=("claude-sonnet-4",), developer="Anthropic"))

    assert synced.added == []
    assert ChatModel.objects.get().developer == "Anthropic"


def test_an_empty_list_changes_nothing():
    sync(SONNET, offer=["*"])

    with pytest.raises(Refusal):
        sync()
    assert offered() == {SONNET}


def test_a_sync_costs_the_same_queries_for_few_and_for_many(django_assert_max_num_queries):
    names = [f"vendor/model-{number}" for number in range(90)]
    for _ in range(2):
        with django_assert_max_num_queries(8):
            sync(*names)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(row=ANYTHING)
def test_no_list_breaks_the_sync(row):
    catalogue = catalogue_of(row, {"id": SONNET, "info": row, "pricing": row, "capabilities": row})

    sync_models(catalogue, bounds=BOUNDS, offer=["*"])

    assert ChatModel.objects.filter(name=SONNET).exists()
