"""What administrators say about a model: kept apart from what its provider says."""

import pytest
from django.urls import reverse

from conversations.models import ChatModel
from tests.factories import make_model, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/conversations/chatmodel/"


@pytest.fixture
def office(client_of):
    return client_of(make_user("root", is_staff=True, is_superuser=True))


def change(office, model: ChatModel, **typed: str):
    page = reverse("admin:conversations_chatmodel_change", args=[model.pk])
    fields = {
        "name": model.name,
        "dialect": "openai",
        "context_window": "200000",
        "output_limit": "4096",
        "position": "100",
        "characters_per_token": "3.5",
        "efforts": "null",
        "ranges": "null",
        "takes_images": "unknown",
        "takes_files": "unknown",
    }
    answer = office.post(page, fields | typed)
    model.refresh_from_db()
    return answer


def test_only_what_was_changed_counts_as_set_by_hand(office):
    model = make_model(developer="Us")

    change(office, model, developer="Us", label="Ours")
    assert model.set_by_hand == {"label"}

    change(office, model, developer="Us", label="Ours", is_offered="on", ranges='{"temperature": [0, 0.5]}')
    assert model.set_by_hand == {"label", "is_offered", "ranges"}
    assert model.ranges == {"temperature": [0, 0.5]}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("ranges", "[1]"),
        ("ranges", '{"top_k": [0, 1]}'),
        ("ranges", '{"temperature": [1, 0]}'),
        ("ranges", '{"temperature": [0, 1e999]}'),
        ("ranges", "{"),
        ("efforts", '"high"'),
        ("efforts", '["enormous"]'),
        ("efforts", "[[]]"),
    ],
)
def test_what_a_model_cannot_take_is_told(office, field, typed):
    model = make_model()

    answer = change(office, model, **{field: typed})

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert getattr(model, field) is None


def test_several_are_offered_at_once_and_that_is_a_persons_word(office):
    rows = [make_model(f"vendor/{number}") for number in range(3)]

    for action, offered in (("offer", True), ("stop_offering", False)):
        office.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]})
        for row in rows:
            row.refresh_from_db()
            assert (row.is_offered, row.set_by_hand) == (offered, {"is_offered"})
