from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation, restore_conversation
from conversations.services.search import Found, finding, parse_query, search
from conversations.services.search.finding import PAGE
from tests.conversations.services.search.test_query import TEXTS
from tests.factories import make_attachment, make_conversation, make_model


def find(user: User, text: str, **page: object) -> Found:
    return search(user, parse_query(text), **page)  # type: ignore[arg-type]


def texts(user: User, text: str) -> list[str]:
    return [hit.message.text for hit in find(user, text).messages if hit.message]


def titles(user: User, text: str) -> list[str]:
    return [hit.conversation.title for hit in find(user, text).conversations]


def test_questions_and_answers_and_titles_are_found_newest_first(ada):
    make_conversation(ada, "What do otters eat?", "Fish.", title="Animals")
    make_conversation(ada, "And badgers?", "They eat worms, otters do not.", title="More otters")

    assert texts(ada, "otters") == ["They eat worms, otters do not.", "What do otters eat?"]
    assert titles(ada, "otters") == ["More otters"]


def test_what_somebody_else_wrote_is_never_found(ada, bob):
    make_conversation(bob, "Otters", "Fish.", title="Otters")

    assert find(ada, "otters").is_empty
    assert find(ada, f"u{bob.pk}").is_empty


def test_the_word_for_an_owner_is_found_where_it_was_written(ada):
    own = f"u{ada.pk}"
    make_conversation(ada, f"Seat {own}, please", "Fish.")

    assert texts(ada, own) == [f"Seat {own}, please"]
    assert texts(ada, f"{own[0]}*") == [f"Seat {own}, please"]


def test_words_in_a_row_are_found_only_as_they_stand(ada):
    make_conversation(ada, "Sea otters eat crabs", "Otters of the sea do not")

    assert texts(ada, '"sea otters"') == ["Sea otters eat crabs"]
    assert texts(ada, 'otters -"sea otters"') == ["Otters of the sea do not"]
    assert texts(ada, '"otters sea"') == []


def test_the_trash_is_not_searched(ada):
    conversation = make_conversation(ada, "Otters", "Fish.", title="Otters")
    delete_conversation(conversation)
    assert find(ada, "otters").is_empty

    restore_conversation(conversation)
    assert len(find(ada, "otters").messages) == 1


def test_what_is_changed_or_deleted_is_found_as_it_is_now(ada):
    conversation = make_conversation(ada, "Otters", "Fish.", title="Rivers")
    question = conversation.messages.get(text="Otters")

    Message.objects.filter(pk=question.pk).update(text="Badgers")
    Conversation.objects.filter(pk=conversation.pk).update(title="Woods")
    assert find(ada, "otters").is_empty
    assert find(ada, "rivers").is_empty
    assert texts(ada, "badgers") == ["Badgers"]
    assert titles(ada, "woods") == ["Woods"]

    conversation.delete()
    assert find(ada, "badgers").is_empty
    assert find(ada, "woods").is_empty


def test_all_words_must_be_there_and_unwanted_ones_must_not(ada):
    make_conversation(ada, "Sea otters", "River otters and sea lions")

    assert len(texts(ada, "sea otters")) == 2
    assert texts(ada, "otters -river") == ["Sea otters"]
    assert texts(ada, '"sea otters"') == ["Sea otters"]
    assert texts(ada, '"otters sea"') == []


@pytest.mark.parametrize(
    ("said", "looked_for"),
    [
        ("Crème brûlée", "creme BRULEE"),
        ("Creme", "crème"),
        ("Straße nach Köln", "koln"),
        ("Ωμέγα", "ΩΜΈΓΑ"),
        ("Привет", "привет"),
        ("한국어 문장", "한국어"),
        ("私は東京都に住む", "東京"),
        ("ภาษาไทย", "ไทย"),
        ("see conversations/services/asking.py", "asking"),
        ("snake_case", "snake"),
        ("https://example.org/otters?x=1", "otters"),
        ("C++ and C#", "c++"),
        ("50 %", "50%"),
        ("don't", "don't"),
        ("e\u0332x a\u0301\u0305b", "e\u0332x a\u0301\u0305b"),
        ("ka\u19b0 \u1cf2", "ka\u19b0"),
    ],
)
def test_words_of_many_kinds_are_found(ada, said, looked_for):
    make_conversation(ada, said, "…")

    assert texts(ada, looked_for) == [said]


def test_a_word_that_goes_on_is_found_when_the_word_itself_is_rare(ada):
    make_conversation(ada, "Otters", "An otter")

    assert len(texts(ada, "otter")) == 2
    assert texts(ada, '"otter"') == ["An otter"]
    assert len(texts(ada, "ott*")) == 2
    assert texts(ada, "ot") == []


def test_a_sign_of_the_pattern_language_stands_for_itself(ada):
    make_conversation(ada, "東京100%", "東京_都")

    assert texts(ada, "東京100%") == ["東京100%"]
    assert texts(ada, "京_都") == ["東京_都"]


def test_the_operators_narrow_it(ada):
    haiku = make_model("claude-haiku")
    make_conversation(ada, "Otters pinned", "…", pinned=True, folder="Sea life")
    make_conversation(ada, "Otters archived", "…", archived=True)
    make_conversation(ada, "Otters of haiku", "…", model=haiku)

    assert texts(ada, "otters is:pinned") == ["Otters pinned"]
    assert texts(ada, "otters is:archived") == ["Otters archived"]
    assert len(texts(ada, "otters -is:archived")) == 2
    assert texts(ada, 'otters in:"sea LIFE"') == ["Otters pinned"]
    assert texts(ada, "otters model:haiku") == ["Otters of haiku"]
    assert titles(ada, "is:pinned") == ["Otters pinned"]


def test_the_days_narrow_it(ada):
    conversation = make_conversation(ada, "Old otters", "New otters")
    for text, year in (("Old otters", 2024), ("New otters", 2026)):
        Message.objects.filter(text=text).update(created_at=datetime(year, 3, 1, tzinfo=UTC))

    assert conversation.pk
    assert texts(ada, "otters before:2025") == ["Old otters"]
    assert texts(ada, "otters after:2026-03-01") == ["New otters"]
    assert texts(ada, "otters before:2026-03-01 after:2024-04") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("in:nowhere otters", "You have no folder “nowhere”."),
        ("model:gpt otters", "No model is called “gpt”."),
    ],
)
def test_a_folder_or_a_model_that_is_not_there_is_told(ada, text, sentence):
    with pytest.raises(Refusal) as refusal:
        find(ada, text)

    assert str(refusal.value) == sentence


def test_pages_follow_one_another_without_doubles_and_gaps(ada):
    conversation = make_conversation(ada, *[f"otter {n}" for n in range(2 * PAGE + 5)])
    seen, older = [], None
    while True:
        found = find(ada, "otter", older=older)
        seen += [hit.message.pk for hit in found.messages if hit.message]
        if (older := found.older) is None:
            break

    assert seen == sorted(conversation.messages.values_list("pk", flat=True), reverse=True)


@pytest.mark.parametrize("text", ["otter", "ott", 'otter in:"Sea" is:pinned', "is:pinned"])
def test_the_queries_do_not_grow_with_what_is_found(ada, django_assert_max_num_queries, text):
    make_conversation(ada, "otter", "otter", title="otter", pinned=True, folder="Sea")
    most = 8 if connection.vendor == "sqlite" else 13  # a transaction of its own; the newest, then the index
    with django_assert_max_num_queries(most):
        find(ada, text)

    for _ in range(30):
        make_conversation(ada, "otter", "otter", title="otter", pinned=True, folder="Sea")
    with django_assert_max_num_queries(most):
        assert not find(ada, text).is_empty


def test_an_answer_is_found_once_it_has_its_words(ada):
    conversation = make_conversation(ada, "Question", "")
    assert find(ada, "otters").is_empty

    Message.objects.filter(pk=conversation.leaf_id).update(text="Otters")
    assert texts(ada, "otters") == ["Otters"]
    Message.objects.filter(pk=conversation.leaf_id).update(text="")
    assert find(ada, "otters").is_empty


@settings(
    max_examples=60,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(TEXTS, st.booleans())
def test_any_text_gives_results_or_a_sentence(ada, text, widened):
    try:
        found = find(ada, text, widened=widened)
    except Refusal:
        return
    assert found.is_empty


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite finds phrases in its index")
def test_what_takes_too_long_is_told(ada, monkeypatch):
    make_conversation(ada, "Otters", "Fish.")
    monkeypatch.setattr(finding, "PATIENCE_S", 0.05)

    def slow(execute, sql, params, many, context):
        if "chat_words" in sql:
            return execute("SELECT pg_sleep(5)", [], many, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(slow), pytest.raises(Refusal) as refusal:
        find(ada, "otters")

    assert "takes too long" in str(refusal.value)


def test_what_carries_a_file_is_found_by_it_and_what_does_not_without(ada):
    plain, carrying = (
        make_conversation(ada, "Otters swim", "Yes."),
        make_conversation(ada, "Otters here", "Yes."),
    )
    make_attachment(ada, carrying.messages.get(text="Otters here"))

    assert texts(ada, "otters has:file") == ["Otters here"]
    assert texts(ada, "otters -has:file") == ["Otters swim"]
    assert titles(ada, "has:file") == ["Otters here"]
    with pytest.raises(Refusal, match="has:file"):
        parse_query("has:fish")
    assert plain.pk != carrying.pk
