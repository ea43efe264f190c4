"""Settings before a conversation begins: chosen, kept while a model is picked, used by the first message."""

from urllib.parse import parse_qs, urlparse
from uuid import uuid4

import pytest

from conversations import wiring
from conversations.models import Conversation, Policy, Preset
from tests.factories import make_model

HTMX = {"HX-Request": "true"}
SETTINGS = "/begin/settings/"
TYPED = {"system_prompt": " Be brief. ", "temperature": "0.3", "max_tokens": "50"}


def token(browser) -> str:
    """Choose the settings and return what they are called."""
    address = browser.post(SETTINGS, TYPED).url
    return parse_qs(urlparse(address).query)["settings"][0]


def begin(browser, **data: str):
    return browser.post("/", {"text": "Otters?", "key": str(uuid4()), **data})


def test_the_page_and_the_panel_show_what_would_be_used(browser, settings):
    settings.LLM_SYSTEM_PROMPT = "You are an otter."
    for headers in ({}, HTMX):
        page = browser.get(SETTINGS, headers=headers).content.decode()
        assert ("<html" in page) is not bool(headers)
        assert "Settings of the new conversation" in page
        assert "You are an otter." in page


def test_what_was_chosen_is_what_the_conversation_begins_with(browser):
    assert begin(browser, settings=token(browser)).status_code == 302

    conversation = Conversation.objects.get()
    assert conversation.system_prompt == "Be brief."
    assert conversation.parameters == {"temperature": 0.3, "max_tokens": 50}


def test_htmx_gets_the_choice_and_a_sentence(browser):
    answer = browser.post(SETTINGS, TYPED, headers=HTMX)

    page = answer.content.decode()
    assert answer["HX-Reswap"] == "none"
    assert 'id="choice" hx-swap-oob="true"' in page
    assert 'name="settings" value="' in page
    link = page.split('id="temporary-choice"')[1]
    assert 'hx-swap-oob="true"' in link.partition(">")[0]
    assert "?settings=" in link
    assert "The settings are saved." in page


def test_who_may_have_no_temporary_ones_is_not_offered_one(browser, ada):
    Policy.objects.create(temporary=False)
    wiring.choice.forget()

    for page in (browser.get("/"), browser.post(SETTINGS, TYPED, headers=HTMX)):
        assert "Make it temporary" not in page.content.decode()


def test_another_model_keeps_them_and_a_temporary_one_stays_so(browser):
    make_model("vendor/other", is_offered=True)
    begun = {"settings": token(browser), "temporary": "1"}
    listed = browser.get("/models/", begun, headers=HTMX).content.decode()
    assert f'name="settings" value="{begun["settings"]}"' in listed
    assert 'name="temporary" value="1"' in listed

    page = browser.get("/", {**begun, "model": "vendor/other"}, headers=HTMX).content.decode()
    begin(browser, **begun, model="vendor/other")

    assert f'name="settings" value="{begun["settings"]}"' in page
    assert 'name="temporary" value="1"' in page
    conversation = Conversation.objects.get()
    assert (conversation.model.name, conversation.system_prompt) == ("vendor/other", "Be brief.")
    assert conversation.temporary


def test_they_take_the_place_of_what_a_preset_says(browser, ada):
    preset = Preset.objects.create(owner=ada, name="Editor", system_prompt="Edit.", parameters={"top_p": 0.5})
    page = browser.get(SETTINGS, {"preset": str(preset.public_id)}).content.decode()
    assert "Edit." in page
    assert 'value="0.5"' in page

    begin(browser, preset=str(preset.public_id), settings=token(browser))

    conversation = Conversation.objects.get()
    assert (conversation.system_prompt, "top_p" in conversation.parameters) == ("Be brief.", False)


def test_an_empty_system_prompt_is_none_at_all(browser, settings):
    settings.LLM_SYSTEM_PROMPT = "You are an otter."
    address = browser.post(SETTINGS, {"system_prompt": ""}).url

    begin(browser, settings=parse_qs(urlparse(address).query)["settings"][0])

    assert Conversation.objects.get().system_prompt == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [({"temperature": "warm"}, "Write a number"), ({"system_prompt": "x" * 32_001}, "32,001 characters")],
)
def test_what_cannot_be_is_told_and_kept(browser, typed, told):
    answer = browser.post(SETTINGS, {**TYPED, **typed}, headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert 'value="50"' in page


def test_settings_of_somebody_else_or_long_gone_are_told(browser, stranger):
    for name in (token(stranger), "nonsense"):
        answer = begin(browser, settings=name)
        assert answer.status_code == 422
        assert "not there any more" in answer.content.decode()
        assert "Otters?" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_a_few_are_kept_and_the_oldest_go(browser):
    first, *others = (token(browser) for _ in range(6))

    assert begin(browser, settings=first).status_code == 422
    assert begin(browser, settings=others[0]).status_code == 302


def test_they_can_be_made_a_preset(browser):
    address = browser.post(SETTINGS, {**TYPED, "preset": "1"}).url

    page = browser.get(address).content.decode()

    assert address.startswith("/presets/new/?")
    assert "Be brief." in page
    assert 'value="0.3"' in page
