"""Long conversations: the newest part at once, the rest as one goes up."""

import re

import pytest

from conversations import wiring
from conversations.models import ChatModel
from tests.factories import make_conversation

from .test_conversation import HTMX, address


def numbered(owner, count):
    return make_conversation(owner, *[f"Turn {n}." for n in range(count)], model=wiring.current_model())


def turns_in(page):
    return [int(number) for number in re.findall(r"Turn (\d+)\.(?:</p>)?\s*</div>", page)]


def test_a_long_conversation_opens_at_its_newest_and_leads_up_page_by_page(browser, ada):
    conversation = numbered(ada, 100)

    page = browser.get(address("show_conversation", conversation)).content.decode()
    assert turns_in(page) == list(range(60, 100))
    earlier = browser.get(*more(page, "above"), headers=HTMX).content.decode()

    assert turns_in(earlier) == list(range(20, 60))
    assert "<html" not in earlier
    assert "Later messages" not in earlier
    first = browser.get(*more(earlier, "above"), headers=HTMX).content.decode()
    assert turns_in(first) == list(range(20))
    assert "Earlier messages" not in first


def test_a_page_around_a_message_leads_both_ways_and_sends_by_a_plain_form(browser, ada):
    conversation = numbered(ada, 100)
    message = conversation.messages.get(text="Turn 30.")

    page = browser.get(f"{address('show_conversation', conversation)}?m={message.public_id}").content.decode()

    assert turns_in(page) == list(range(10, 50))
    assert "Earlier messages" in page
    later = browser.get(*more(page, "below"), headers=HTMX).content.decode()
    assert turns_in(later) == list(range(50, 90))
    assert f'hx-post="{address("send_message", conversation)}"' not in page


def test_the_model_is_named_at_the_top_of_a_page_only_if_it_was_not_before(browser, ada):
    conversation = numbered(ada, 60)

    page = browser.get(address("show_conversation", conversation)).content.decode()

    assert "message__model" not in page


@pytest.mark.parametrize("where", ["above", "below", "m"])
def test_a_page_of_another_conversation_or_a_strangers_is_not_found(browser, ada, bob, where):
    mine, other, foreign = numbered(ada, 4), numbered(ada, 4), numbered(bob, 4)

    for one in (other, foreign):
        place = f"{address('show_conversation', mine)}?{where}={one.leaf.public_id}"
        assert browser.get(place).status_code == 404
    assert browser.get(f"{address('show_conversation', mine)}?{where}=nonsense").status_code == 200


def test_what_the_model_does_not_read_any_more_is_marked_and_told(browser, ada):
    model = wiring.current_model()
    ChatModel.objects.filter(pk=model.pk).update(
        context_window=1000, output_limit=100, characters_per_token=1
    )
    conversation = make_conversation(ada, "One" * 100, "Two", "Three" * 100, "Four", model=model)

    page = browser.get(address("show_conversation", conversation)).content.decode()
    gauge = browser.get(address("show_gauge", conversation), headers=HTMX).content.decode()

    assert page.count("message--forgotten") == 2
    assert "The model sees the conversation from here on" in page
    assert "earlier messages are not sent" in page
    assert "earlier messages are not sent" in gauge
    assert "<html" not in gauge
    assert (
        "earlier messages are not sent" in browser.get(address("show_gauge", conversation)).content.decode()
    )


def test_a_strangers_gauge_is_not_found(browser, bob):
    assert browser.get(address("show_gauge", make_conversation(bob, "Hello"))).status_code == 404


def more(page, where):
    """The address that leads on from `page`, as the arguments of a request."""
    return [re.search(rf'href="([^"]+\?{where}=[^"]+)"', page)[1]]
