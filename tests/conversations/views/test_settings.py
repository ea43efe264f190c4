"""The settings of a conversation: only what its model takes, held to its ranges, and on record."""

import pytest
from django.urls import reverse

from conversations import wiring
from conversations.models import Conversation, Generation
from conversations.services.sending import prepare, rebuild
from tests.factories import make_conversation, make_model

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sonnet(settings):
    settings.LLM_MODEL, settings.LLM_MAX_TOKENS = "anthropic/claude-sonnet-4", 4_096
    return wiring.current_model()


@pytest.fixture
def talk(ada, sonnet) -> Conversation:
    return make_conversation(ada, "Hello", "Hi", model=sonnet)


def url(talk: Conversation) -> str:
    return reverse("conversations:change_settings", args=[talk.public_id])


def test_the_page_shows_what_the_model_takes(browser, talk):
    for headers in ({}, HTMX):
        page = browser.get(url(talk), headers=headers).content.decode()
        assert ("<html" in page) is not bool(headers)
        for name in ("system_prompt", "temperature", "top_p", "max_tokens", "effort", "stop"):
            assert f'name="{name}"' in page
        assert "From 0 to 1" in page


def test_what_the_model_does_not_take_is_not_there(browser, ada, settings):
    settings.LLM_MODEL = "anthropic/claude-sonnet-5"
    talk = make_conversation(ada, "Hello", "Hi", model=wiring.current_model())

    page = browser.get(url(talk)).content.decode()

    assert 'name="temperature"' not in page
    assert 'name="max_tokens"' in page


def test_what_is_saved_is_what_is_sent_and_can_be_proved(browser, talk):
    typed = {
        "system_prompt": " Be brief.\r\nBe kind. ",
        "temperature": "0,3",
        "max_tokens": "500",
        "stop": "END\n",
    }
    assert browser.post(url(talk), typed).status_code == 302

    generation = Generation.objects.get()
    request = prepare(generation)

    assert request.system == "Be brief.\nBe kind."
    assert request.max_tokens == 500
    assert request.parameters == {"temperature": 0.3, "stop": ["END"]}
    generation.refresh_from_db()
    assert generation.parameters == {
        "temperature": 0.3,
        "stop": ["END"],
        "max_tokens": 500,
        "dialect": "openai",
        "cache": True,
    }
    talk.parameters, talk.system_prompt = {"temperature": 1}, "Changed since."
    talk.save()
    assert rebuild(generation) == request
    details = reverse("conversations:message_details", args=[generation.message.public_id])
    assert "<dd>0.3</dd>" in browser.get(details).content.decode()


def test_numbers_beyond_the_range_are_held_to_it_and_told(browser, talk):
    answer = browser.post(url(talk), {"temperature": "7", "max_tokens": "1e12"}, headers=HTMX)

    assert answer.status_code == 200
    assert "Temperature is now 1, the most that Claude Sonnet 4 takes." in answer.content.decode()
    assert "The longest answer is now 4,096" in answer.content.decode()
    talk.refresh_from_db()
    assert talk.parameters == {"temperature": 1, "max_tokens": 4096}


def test_more_to_stop_at_than_a_model_takes_is_told(browser, talk):
    page = browser.post(url(talk), {"stop": "a\nb\nc\nd\ne"}, follow=True).content.decode()

    assert "4 pieces of 100 characters are kept" in page
    talk.refresh_from_db()
    assert talk.parameters == {"stop": ["a", "b", "c", "d"]}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_makes_no_sense_is_told_and_kept(browser, talk, headers):
    typed = {"system_prompt": "Be <b>brief</b>", "temperature": "warm"}

    answer = browser.post(url(talk), typed, headers=headers)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Write a number" in page
    assert 'value="warm"' in page
    assert "Be &lt;b&gt;brief" in page
    talk.refresh_from_db()
    assert talk.system_prompt == ""


def test_a_system_prompt_that_is_too_long_is_told(browser, talk):
    answer = browser.post(url(talk), {"system_prompt": "x" * 32_001})

    assert answer.status_code == 422
    assert "32,001 characters" in answer.content.decode()


def test_what_is_left_empty_is_taken_back(browser, talk):
    browser.post(url(talk), {"temperature": "0.3", "effort": "high"})
    browser.post(url(talk), {"temperature": "", "effort": ""})

    talk.refresh_from_db()
    assert talk.parameters == {}


def test_a_choice_waits_for_a_model_that_takes_it(browser, talk):
    browser.post(url(talk), {"temperature": "0.3"})
    talk.refresh_from_db()
    talk.model = make_model("anthropic/claude-sonnet-5", dialect="both", is_offered=True)
    talk.save()

    browser.post(url(talk), {"system_prompt": "Be brief."})

    talk.refresh_from_db()
    assert talk.parameters == {"temperature": 0.3}
    assert "temperature" not in prepare_for(talk).parameters


def prepare_for(talk: Conversation):
    generation = Generation.objects.get()
    generation.model_asked = talk.model.name
    return prepare(generation)


def test_saving_can_lead_on_to_a_preset(browser, talk):
    answer = browser.post(url(talk), {"system_prompt": "Be brief.", "temperature": "0.3", "preset": "1"})

    page = browser.get(answer.url).content.decode()

    assert "Be brief." in page
    assert 'value="0.3"' in page
    assert f'<option value="{talk.model.name}" selected' in page
    led = browser.post(url(talk), {"preset": "1"}, headers=HTMX)
    assert led.headers["HX-Redirect"] == answer.url


def test_bob_gets_404(stranger, talk):
    assert stranger.get(url(talk)).status_code == 404
    assert stranger.post(url(talk), {"system_prompt": "Be evil."}).status_code == 404
    elsewhere = f"{reverse('conversations:new_preset')}?from={talk.public_id}"
    assert stranger.get(elsewhere).status_code == 404
