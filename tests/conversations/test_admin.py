"""The admin shows facts about conversations and none of their words."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.models import Chunk, Conversation, Generation, Import, Message, Origin, Problem, Status
from tests.factories import add_answer, make_attachment, make_conversation, make_user

pytestmark = pytest.mark.django_db
MODELS = ("conversation", "message", "generation", "chunk", "import", "origin", "attachment")
WORDS = ("otters", "fish", "whispers", "zebra", "penguin", "drafts", "walrus", "badger")


@pytest.fixture
def root():
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root, client_of) -> Client:
    return client_of(root)


@pytest.fixture
def talk(ada) -> Conversation:
    """A conversation with a word of its own in every place that can hold one."""
    talk = make_conversation(
        ada, "What do otters eat?", "Just fish.", system_prompt="whispers", folder="drafts"
    )
    answer = talk.leaf
    assert answer is not None
    Message.objects.filter(pk=answer.pk).update(reasoning="zebra", html="<p>penguin</p>")
    Generation.objects.filter(message=answer).update(
        system_prompt="walrus", parameters={"stop": "badger"}, prompt_tokens=50, completion_tokens=630
    )
    make_attachment(ada, answer.parent, name="otters.txt", data=b"fish")
    Chunk.objects.create(generation=answer.generation, kind="answer", position=0, text="fish otters")
    Import.objects.create(owner=ada, file_name="otters.zip", skipped=[{"why": "fish"}], problem="zebra")
    Origin.objects.create(owner=ada, conversation=talk, source="chatgpt", key="c1")
    return talk


def change_page(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_page(model: str) -> str:
    return reverse(f"admin:conversations_{model}_changelist")


def rows_of(talk: Conversation):
    generation = talk.generations.get()
    came = [talk.origin, *talk.owner.imports.all(), *talk.owner.attachments.all()]
    return [talk, *talk.messages.all(), generation, *generation.chunks.all(), *came]


def words_in(html: str) -> list[str]:
    return [word for word in WORDS if word in html.lower()]


def test_every_model_of_ours_is_registered():
    ours = [
        model
        for app in ("accounts", "conversations", "review")
        for model in apps.get_app_config(app).get_models()
    ]

    assert [model.__name__ for model in ours if not admin.site.is_registered(model)] == []


def test_no_page_shows_a_word(talk, office, ada):
    pages = [list_page(model) for model in MODELS]
    pages += [change_page(row) for row in rows_of(talk)]
    pages += [change_page(row).replace("/change/", "/history/") for row in rows_of(talk)]
    pages += [change_page(ada), "/admin/", "/admin/conversations/"]
    pages += [list_page(model) + "?q=ada" for model in MODELS]

    for page in pages:
        response = office.get(page)
        assert response.status_code == 200, page
        assert words_in(response.content.decode()) == [], page


def test_facts_are_shown(talk, office, ada):
    generation = talk.generations.get()
    listed = office.get(list_page("generation")).content.decode()
    shown = office.get(change_page(generation)).content.decode()

    assert "ada" in listed
    assert "630" in listed
    assert all(fact in shown for fact in ("test-model", "630", "Done", str(generation.public_id)))
    assert "ada" in office.get(change_page(talk)).content.decode()


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("conversation", "title__startswith=What"),
        ("conversation", "title=What+do+otters+eat%3F"),
        ("conversation", "system_prompt__contains=whispers"),
        ("conversation", "folder=drafts"),
        ("conversation", "messages__text__contains=fish"),
        ("conversation", "leaf__text__contains=fish"),
        ("conversation", "model__conversations__title__contains=otters"),
        ("conversation", "archived__in=1"),
        ("message", "text__contains=fish"),
        ("message", "text=Just+fish."),
        ("message", "reasoning__contains=zebra"),
        ("message", "html__contains=penguin"),
        ("message", "conversation__title__contains=otters"),
        ("message", "parent__text__contains=otters"),
        ("generation", "system_prompt__contains=walrus"),
        ("generation", "parameters__stop=badger"),
        ("generation", "message__text__contains=fish"),
        ("chunk", "text__contains=fish"),
        ("chatmodel", "conversations__title__contains=otters"),
        ("import", "file_name__contains=otters"),
        ("origin", "conversation__title__contains=otters"),
    ],
)
def test_a_filter_in_the_address_does_not_tell_words_letter_by_letter(model, lookup, talk, office):
    response = office.get(f"{list_page(model)}?{lookup}")

    assert response.status_code in {302, 400}, response.status_code


@pytest.mark.parametrize(
    "lookup", ["conversations__title__contains=otters", "conversations__messages__text=fish"]
)
def test_nor_does_a_filter_on_people(lookup, talk, office):
    assert office.get(f"/admin/accounts/user/?{lookup}").status_code in {302, 400}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("model", MODELS)
def test_words_are_not_searched(model, word, talk, office):
    assert results(office.get(f"{list_page(model)}?q={word}")) == 0


def results(response) -> int:
    return len(re.findall(r'<t[hd] class="field-\w+[^"]*"><a href="/admin', response.content.decode()))


@pytest.mark.parametrize("model", [model for model in MODELS if model != "import"])
def test_people_and_ids_are_searched(model, talk, office, bob):
    make_conversation(bob, "Hello", "Hello.")

    assert results(office.get(f"{list_page(model)}?q=ada")) == len(
        [r for r in rows_of(talk) if is_a(r, model)]
    )
    assert results(office.get(f"{list_page(model)}?q={talk.public_id}")) == results(
        office.get(f"{list_page(model)}?q=ada")
    )
    assert results(office.get(f"{list_page(model)}?q=nobody")) == 0


def is_a(row, model: str) -> bool:
    return row._meta.model_name == model


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 5000, "o=999.-99", "p=99999999999999999999", "e=1", "all="]
)
def test_strange_queries_are_answered(model, query, talk, office):
    assert office.get(f"{list_page(model)}?{query}").status_code < 500


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999", "x", "%00", "_5Fx"])
@pytest.mark.parametrize("model", MODELS)
def test_strange_ids_are_answered(model, pk, office):
    assert office.get(f"/admin/conversations/{model}/{pk}/change/").status_code in {302, 404}


def test_nothing_is_added_changed_or_deleted(talk, office):
    for row in rows_of(talk):
        page = change_page(row)
        office.post(page, {"text": "forged", "title": "forged", "status": "failed"})
        assert office.get(page.replace("/change/", "/delete/")).status_code == 403
        assert office.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
        assert office.get(list_page(row._meta.model_name) + "add/").status_code == 403
        office.post(
            list_page(row._meta.model_name),
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )

    talk.refresh_from_db()
    assert talk.title == "What do otters eat?"
    assert [message.text for message in talk.messages.all()] == ["What do otters eat?", "Just fish."]
    assert not LogEntry.objects.exists()


def test_a_person_is_not_deleted_with_all_that_they_wrote(talk, office, ada):
    page = change_page(ada).replace("/change/", "/delete/")

    assert office.post(page, {"post": "yes"}).status_code == 403
    assert Conversation.objects.filter(pk=talk.pk).exists()


def test_problems_can_be_filtered(talk, office):
    leaf = talk.leaf
    add_answer(talk, leaf.parent, "Half", status=Status.INTERRUPTED, problem=Problem.BROKEN_OFF)

    assert results(office.get(list_page("generation") + "?trouble=broken_off")) == 1
    assert results(office.get(list_page("generation") + "?trouble=any")) == 1
    assert results(office.get(list_page("generation") + "?status__exact=done")) == 1
    assert results(office.get(list_page("generation"))) == 2


@pytest.mark.parametrize("model", MODELS)
def test_a_list_asks_as_often_for_many_rows_as_for_few(model, ada, office):
    def fill(number: int) -> None:
        for _ in range(number):
            talk = make_conversation(ada, "Hello", "Hello.")
            Chunk.objects.create(generation=talk.generations.get(), kind="answer", position=0, text="Hello.")

    fill(2)
    office.get(list_page(model))
    few = queries_for(office, list_page(model))
    fill(20)

    assert queries_for(office, list_page(model)) == few


def queries_for(office: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert office.get(page).status_code == 200
    return len(queries)


def test_words_are_not_even_read_from_the_database(talk, office):
    pages = [*(list_page(model) for model in MODELS), *(change_page(row) for row in rows_of(talk))]

    with CaptureQueriesContext(connection) as queries:
        for page in pages:
            office.get(page)

    asked = " ".join(query["sql"] for query in queries)
    assert '"conversations_message"."role"' in asked
    for column in ("text", "reasoning", "html", "title", "system_prompt", "folder", "parameters"):
        assert not re.search(rf'(?<!LENGTH\()"conversations_\w+"\."{column}"', asked), column


def test_staff_see_only_what_they_were_given(ada, talk, client_of):
    ada.is_staff = True
    ada.save()
    desk = client_of(ada)
    assert desk.get(list_page("conversation")).status_code == 403

    ada.user_permissions.add(Permission.objects.get(codename="view_conversation"))

    assert desk.get(list_page("conversation")).status_code == 200
    assert desk.get(list_page("message")).status_code == 403


def test_a_model_can_be_described_and_is_kept_while_it_is_used(talk, office):
    page = change_page(talk.model)
    office.post(
        page,
        {
            "name": "test-model",
            "label": "Test",
            "dialect": "openai",
            "context_window": "8192",
            "output_limit": "512",
            "position": "100",
            "input_price": "3",
            "output_price": "",
            "characters_per_token": "3.5",
        },
    )
    office.post(page.replace("/change/", "/delete/"), {"post": "yes"})

    talk.model.refresh_from_db()
    assert (talk.model.label, talk.model.context_window) == ("Test", 8192)


def test_the_pages_carry_nothing_inline(talk, office):
    for page in [
        "/admin/",
        *(list_page(model) for model in MODELS),
        *(change_page(row) for row in rows_of(talk)),
    ]:
        html = office.get(page).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", html), page
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html), page
