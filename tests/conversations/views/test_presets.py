"""Presets and prompts: kept under a name, one's own or of one's group."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from conversations.models import Preset, Prompt
from conversations.services.presets import fill, variables_of
from tests.factories import make_model

HTMX = {"HX-Request": "true"}
HOSTILE = '<script>alert(1)</script>"><img src=x>'
PRESETS, NEW_PRESET = "/presets/", "/presets/new/"
PROMPTS, NEW_PROMPT = "/prompts/", "/prompts/new/"


def address(name: str, row) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def test_a_preset_is_made_changed_and_deleted(browser, ada):
    make_model("vendor/other", is_offered=True)
    typed = {"name": "Editor", "system_prompt": "Be brief.", "model": "vendor/other", "temperature": "0.2"}
    assert browser.post(NEW_PRESET, typed).url == PRESETS

    preset = Preset.objects.get(owner=ada)
    assert (preset.system_prompt, preset.model.name) == ("Be brief.", "vendor/other")
    assert preset.parameters == {"temperature": 0.2}
    assert 'value="0.2"' in browser.get(address("edit_preset", preset)).content.decode()

    browser.post(address("edit_preset", preset), {"name": "Writer", "model": ""})
    preset.refresh_from_db()
    assert (preset.name, preset.model, preset.parameters) == ("Writer", None, {})

    assert "Writer" in browser.post(address("delete_preset", preset), follow=True).content.decode()
    assert not Preset.objects.exists()


def test_the_list_is_a_page_and_a_panel(browser, ada, django_assert_num_queries):
    for number in range(20):
        Preset.objects.create(owner=ada, name=f"{HOSTILE} {number}"[:60])
    assert "<html" in browser.get(PRESETS).content.decode()

    with django_assert_num_queries(4):
        panel = browser.get(PRESETS, headers=HTMX).content.decode()

    assert "<html" not in panel
    assert panel.count('name="preset"') == 20
    assert "<script>alert" not in panel


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "  "}, "This field is required"),
        ({"name": "x" * 61}, "can have 60 characters"),
        ({"name": "x", "description": "y" * 201}, "can have 200 characters"),
        ({"name": "x", "temperature": "warm"}, "Write a number"),
        ({"name": "x", "model": "vendor/none"}, "Select a valid choice"),
        ({"name": "Taken"}, "of that name already"),
    ],
)
def test_a_preset_that_cannot_be_is_told_and_kept(browser, ada, typed, told):
    Preset.objects.create(owner=ada, name="Taken")

    answer = browser.post(NEW_PRESET, {"system_prompt": "Typed words", **typed})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "Typed words" in answer.content.decode()
    assert Preset.objects.count() == 1


def test_what_the_model_of_a_preset_does_not_take_is_told(browser):
    make_model("anthropic/claude-sonnet-5", label="Claude Sonnet 5", dialect="both", is_offered=True)
    typed = {"name": "Editor", "model": "anthropic/claude-sonnet-5", "temperature": "0.2"}

    page = browser.post(NEW_PRESET, typed, follow=True).content.decode()

    assert "Temperature was left out: Claude Sonnet 5 takes none." in page


def test_a_group_may_begin_with_a_preset_that_only_its_owner_changes(browser, stranger, ada, bob):
    group = Group.objects.create(name="Editors")
    other = Group.objects.create(name="Others")
    ada.groups.add(group)
    bob.groups.add(group)
    assert browser.post(NEW_PRESET, {"name": "Ours", "group": str(other.pk)}).status_code == 422
    browser.post(NEW_PRESET, {"name": "Ours", "group": str(group.pk)})
    preset = Preset.objects.get()

    assert "Ours" in stranger.get(PRESETS).content.decode()
    assert stranger.get(f"/?preset={preset.public_id}").status_code == 200
    assert stranger.get(address("edit_preset", preset)).status_code == 404
    assert stranger.post(address("delete_preset", preset)).status_code == 404
    bob.groups.clear()
    assert "Ours" not in stranger.get(PRESETS).content.decode()


def test_a_prompt_is_made_changed_used_and_deleted(browser, ada):
    assert browser.post(NEW_PROMPT, {"name": "/sum up", "text": "Sum up {{ text }}."}).url == PROMPTS
    prompt = Prompt.objects.get(owner=ada)
    assert prompt.name == "sum up"

    assert "Sum up {{ text }}." in browser.get(address("edit_prompt", prompt)).content.decode()
    assert 'for="value-0"><bdi>text</bdi>' in browser.get(address("use_prompt", prompt)).content.decode()
    page = browser.post(address("use_prompt", prompt), {"value-0": "<b>this</b>"}).content.decode()
    assert "Sum up &lt;b&gt;this&lt;/b&gt;.</textarea>" in page

    browser.post(address("delete_prompt", prompt))
    assert not Prompt.objects.exists()


def test_the_list_for_the_box_has_the_words_escaped(browser, ada):
    Prompt.objects.create(owner=ada, name=HOSTILE[:40], text=HOSTILE)

    fragment = browser.get(PROMPTS, headers=HTMX).content.decode()

    assert 'role="option"' in fragment
    assert "<script>alert" not in fragment
    assert "<html" in browser.get(PROMPTS).content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "", "text": "Words"}, "This field is required"),
        ({"name": "/", "text": "Words"}, "needs a name"),
        ({"name": "x" * 41, "text": "Words"}, "can have 40 characters"),
        ({"name": "x", "text": "y" * 32_001}, "32,001"),
        ({"name": "taken", "text": "Words"}, "of that name already"),
    ],
)
def test_a_prompt_that_cannot_be_is_told_and_kept(browser, ada, typed, told):
    Prompt.objects.create(owner=ada, name="taken", text="x")

    answer = browser.post(NEW_PROMPT, typed)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert typed["text"] in answer.content.decode()


def test_bob_gets_404(stranger, ada):
    preset = Preset.objects.create(owner=ada, name="Mine")
    prompt = Prompt.objects.create(owner=ada, name="mine", text="Secret")
    for name in ("edit_preset", "edit_prompt", "use_prompt"):
        row = preset if name == "edit_preset" else prompt
        assert stranger.get(address(name, row)).status_code == 404
    assert stranger.post(address("delete_prompt", prompt)).status_code == 404
    assert "Secret" not in stranger.get(PROMPTS).content.decode()


def test_variables_are_found_once_and_filled_where_there_is_a_value():
    text = "{{ a }} and {{b}} and {{a}}, {{}} {x} {{ a\nb }}"

    assert variables_of(text) == ["a", "b"]
    assert fill(text, {"a": "{{b}}"}) == "{{b}} and {{b}} and {{b}}, {{}} {x} {{ a\nb }}"
