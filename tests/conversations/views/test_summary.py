import pytest

from conversations.models import Generation, Status, Summary
from conversations.services.compaction import summarise
from tests.factories import make_conversation

from .test_conversation import HTMX, address


@pytest.fixture
def conversation(ada):
    return make_conversation(ada, *[f"Turn {number}." for number in range(10)])


@pytest.fixture
def summary(conversation):
    summary = summarise(conversation)
    Generation.objects.filter(pk=summary.generation.pk).update(status=Status.DONE)
    Summary.objects.filter(pk=summary.pk).update(text="They counted <b>slowly</b>.")
    summary.refresh_from_db()
    return summary


def test_a_summary_is_asked_for_and_waits_in_its_place(browser, conversation):
    part = browser.post(address("summarise_conversation", conversation), headers=HTMX).content.decode()

    assert "Summing up what stands above" in part
    assert 'data-every="2"' in part
    assert "<html" not in part
    again = browser.post(address("summarise_conversation", conversation), headers=HTMX)
    assert again.status_code == 409


def test_a_summary_is_shown_as_words_and_can_be_changed_and_taken_back(browser, conversation, summary):
    page = browser.get(address("show_conversation", conversation)).content.decode()
    assert "They counted &lt;b&gt;slowly&lt;/b&gt;." in page
    assert address("edit_summary", summary) in page

    browser.post(address("edit_summary", summary), {"text": "They counted."})
    page = browser.get(address("show_conversation", conversation)).content.decode()
    assert "They counted." in page
    assert "as you changed it" in page
    browser.post(address("remove_summary", summary))
    assert "reads a summary" not in browser.get(address("show_conversation", conversation)).content.decode()


def test_a_summary_without_words_is_refused_and_what_was_typed_kept(browser, summary):
    url = address("edit_summary", summary)

    assert "They counted" in browser.get(url).content.decode()
    for text in ("  ", "x" * 20_001):
        answer = browser.post(url, {"text": text})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert "x" * 20_001 in answer.content.decode()


def test_a_summary_that_failed_says_why(browser, conversation):
    summary = summarise(conversation)
    Generation.objects.filter(pk=summary.generation.pk).update(status=Status.FAILED, problem="busy")

    part = browser.get(address("show_summary", summary), headers=HTMX).content.decode()

    assert "There is no summary: The model is busy." in part
    assert "Try again" in part


def test_a_stranger_finds_no_summary(browser, bob):
    foreign = make_conversation(bob, *[f"Turn {number}." for number in range(10)])
    summary = summarise(foreign)

    assert browser.get(address("show_summary", summary)).status_code == 404
    assert browser.get(address("edit_summary", summary)).status_code == 404
    assert browser.post(address("remove_summary", summary)).status_code == 404
    assert browser.post(address("summarise_conversation", foreign)).status_code == 404
