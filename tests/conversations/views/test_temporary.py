from conversations.models import Conversation
from tests.factories import make_conversation

from .test_conversation import HTMX, NEW, address, form


def test_a_conversation_is_begun_as_temporary_told_so_and_kept_in_the_end(browser):
    page = browser.get(f"{NEW}?temporary=1").content.decode()
    assert 'name="temporary" value="1"' in page
    assert "removed for ever 24 hours after its last word" in page
    assert "whoever may review conversations can read it" in page

    browser.post(NEW, form("What do otters eat?", temporary="1"), headers=HTMX)
    conversation = Conversation.objects.get()
    assert conversation.temporary
    shown = browser.get(address("show_conversation", conversation)).content.decode()
    assert "Temporary: in no list" in shown

    kept = browser.post(address("keep_conversation", conversation), follow=True).content.decode()
    assert "Temporary" not in kept
    assert not Conversation.objects.get().temporary


def test_it_is_nothing_that_one_gets_without_asking(browser):
    assert 'name="temporary"' not in browser.get(NEW).content.decode()
    browser.post(NEW, form("What do otters eat?"), headers=HTMX)

    assert not Conversation.objects.get().temporary


def test_a_stranger_keeps_nothing(browser, bob):
    foreign = make_conversation(bob, "Hello", temporary=True)

    assert browser.post(address("keep_conversation", foreign)).status_code == 404
    assert Conversation.objects.get().temporary
