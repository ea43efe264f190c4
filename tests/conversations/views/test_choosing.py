"""Which model answers: chosen for a conversation, for a new one, for one answer alone."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from conversations import wiring
from conversations.models import ChatModel, Conversation, Generation, Preset, Status
from tests.factories import make_conversation, make_model

HTMX = {"HX-Request": "true"}
OTHER = "vendor/other"


@pytest.fixture
def other(db) -> ChatModel:
    wiring.choice.forget()
    return make_model(OTHER, label="Other <b>model</b>", is_offered=True)


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "Hello", "Hi", model=wiring.current_model())


def address(name: str, row) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def send(browser, talk: Conversation, text: str = "And?") -> Generation:
    talk.refresh_from_db()
    fields = {"text": text, "key": uuid4(), "leaf": talk.leaf.public_id}
    assert browser.post(address("send_message", talk), fields).status_code == 302
    generation = talk.generations.latest("pk")
    talk.generations.update(status=Status.DONE)
    return generation


def test_the_list_shows_what_is_offered_with_the_present_one_chosen(browser, talk, other):
    make_model("vendor/secret")
    make_model("vendor/gone", is_offered=True, is_gone=True)

    for headers in ({}, HTMX):
        page = browser.get(address("change_model", talk), headers=headers).content.decode()
        assert ("<html" in page) is not bool(headers)
        assert page.count('type="radio"') == 2
        assert f'value="{talk.model.name}" checked' in page
        assert "Other &lt;b&gt;model" in page
        assert "<b>model" not in page
        assert "for a million tokens" not in page
    ChatModel.objects.update(input_price=3, output_price="19.5")
    page = browser.get(address("change_model", talk)).content.decode()
    assert "$3 in, $19.50 out" in page
    assert "for a million tokens" in page


def test_choosing_keeps_the_model_for_all_that_follows(browser, talk, other):
    assert browser.post(address("change_model", talk), {"model": OTHER}).status_code == 302

    assert send(browser, talk).model_asked == OTHER
    assert send(browser, talk, "And now?").model_asked == OTHER
    assert "is not offered any more" not in browser.get(address("show_conversation", talk)).content.decode()


def test_choosing_with_htmx_changes_the_top_line_alone(browser, talk, other):
    fragment = browser.post(address("change_model", talk), {"model": OTHER}, headers=HTMX).content.decode()

    assert 'id="model-button"' in fragment
    assert "<html" not in fragment
    assert "Other &lt;b&gt;" in fragment


@pytest.mark.parametrize("name", ["", "nothing", "\0", "x" * 5_000, "vendor/secret"])
def test_what_is_not_offered_cannot_be_chosen(browser, talk, other, name):
    make_model("vendor/secret")

    answer = browser.post(address("change_model", talk), {"model": name})

    assert answer.status_code == 422
    assert "not offered any more" in answer.content.decode()
    talk.refresh_from_db()
    assert talk.model.name != name


def test_a_model_that_is_no_longer_offered_is_told_and_the_sites_own_answers(browser, talk, other):
    browser.post(address("change_model", talk), {"model": OTHER})
    ChatModel.objects.filter(name=OTHER).update(is_gone=True)

    page = browser.get(address("show_conversation", talk)).content.decode()

    assert "Other &lt;b&gt;model&lt;/b&gt;</bdi> is not offered any more" in page
    assert send(browser, talk).model_asked == wiring.current_model().name
    assert "not offered any more" not in browser.get(address("show_conversation", talk)).content.decode()


def test_an_answer_from_another_model_is_for_once(browser, talk, other):
    page = browser.get(address("answer_again", talk.leaf), headers=HTMX).content.decode()
    assert 'name="model" value="vendor/other"' in page

    browser.post(address("regenerate_message", talk.leaf), {"model": OTHER})

    generation = talk.generations.latest("pk")
    talk.refresh_from_db()
    assert generation.model_asked == OTHER
    assert talk.model == wiring.current_model()
    assert generation.message.parent == talk.messages.get(text="Hello")


def test_the_way_to_another_model_is_there_where_there_is_one(browser, talk):
    wiring.choice.forget()
    assert "answer again" not in links(browser, talk)
    make_model(OTHER, is_offered=True)
    wiring.choice.forget()
    assert "again/" in links(browser, talk)
    wiring.choice.forget()


def links(browser, talk: Conversation) -> str:
    page = browser.get(address("show_conversation", talk)).content.decode()
    return " ".join(re.findall(r'href="([^"]+)" data-panel', page))


def test_a_new_conversation_begins_with_the_model_of_its_address(browser, ada, other):
    page = browser.get(f"/?model={OTHER}").content.decode()
    assert f'<input type="hidden" name="model" value="{OTHER}" form="composer">' in page

    browser.post("/", {"text": "Hello", "key": uuid4(), "model": OTHER})

    conversation = Conversation.objects.get(owner=ada)
    assert conversation.model == other
    assert conversation.generations.get().model_asked == OTHER


def test_choosing_for_a_new_conversation_swaps_the_choice_alone(browser, other):
    assert f'action="{reverse("conversations:new_conversation")}"' in browser.get("/models/").content.decode()

    fragment = browser.get(f"/?model={OTHER}", headers=HTMX).content.decode()

    assert 'id="choice" hx-swap-oob="true"' in fragment
    assert "<textarea" not in fragment


def test_a_first_message_for_a_model_that_went_is_told_with_the_text_kept(browser):
    answer = browser.post("/", {"text": "Hello you", "key": uuid4(), "model": OTHER})

    assert answer.status_code == 422
    assert "Hello you" in answer.content.decode()
    assert "not offered any more" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_a_preset_begins_a_conversation_with_its_prompt_model_and_parameters(browser, ada, other):
    preset = Preset.objects.create(
        owner=ada, name="Editor", system_prompt="Be brief.", model=other, parameters={"temperature": 0.2}
    )
    page = browser.get(f"/?preset={preset.public_id}").content.decode()
    assert "Editor" in page
    assert f'name="preset" value="{preset.public_id}" form="composer"' in page

    browser.post("/", {"text": "Hello", "key": uuid4(), "preset": str(preset.public_id)})

    conversation = Conversation.objects.get()
    assert (conversation.system_prompt, conversation.model) == ("Be brief.", other)
    assert conversation.parameters == {"temperature": 0.2}


def test_a_preset_whose_model_went_begins_with_the_sites_own_and_says_so(browser, ada):
    gone = make_model("vendor/gone", label="Gone", is_offered=False)
    preset = Preset.objects.create(owner=ada, name="Editor", model=gone)

    page = browser.get(f"/?preset={preset.public_id}").content.decode()

    assert "Gone</bdi> is not offered any more" in page


@pytest.mark.parametrize("preset", ["x", "6f1c5f4e-5a0d-4a55-9c0e-0f1a2b3c4d5e", "\0"])
def test_a_preset_that_is_not_there_is_told_with_the_text_kept(browser, preset):
    answer = browser.post("/", {"text": "Hello you", "key": uuid4(), "preset": preset})

    assert answer.status_code == 422
    assert "Hello you" in answer.content.decode()


def test_the_preset_of_a_stranger_is_not_there(stranger, ada):
    preset = Preset.objects.create(owner=ada, name="Mine", system_prompt="Secret")

    assert stranger.get(f"/?preset={preset.public_id}").status_code == 422
    assert "Mine" not in stranger.get("/presets/").content.decode()


def test_bob_gets_404(stranger, talk):
    for url in (address("change_model", talk), address("answer_again", talk.leaf)):
        assert stranger.get(url).status_code == 404
    assert stranger.post(address("change_model", talk), {"model": talk.model.name}).status_code == 404


def test_the_list_costs_the_same_queries_however_long(browser, talk, django_assert_num_queries):
    browser.get(address("change_model", talk))
    for many in (1, 30):
        for number in range(many):
            make_model(f"vendor/{many}-{number}", is_offered=True)
        with django_assert_num_queries(4):
            browser.get(address("change_model", talk), headers=HTMX)
