"""A message of files alone: sent, shown, asked about again, and taken along."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from conversations.models import Attachment, Conversation, Message, Role
from conversations.services.transfer import house
from tests.factories import make_attachment, make_conversation
from tests.files import upload

HTMX = {"HX-Request": "true"}
CHIPS = "/files/chips/"


@pytest.fixture(autouse=True)
def takes_all(settings):
    settings.LLM_TAKES = ["image", "pdf", "text"]


def address(name: str, row: Any) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def begin(browser, *files: Attachment):
    ids = [str(file.public_id) for file in files]
    return browser.post("/", {"text": " \n", "key": str(uuid4()), "file": ids}, headers=HTMX)


def save(browser, message: Message, text: str):
    return browser.post(address("edit_message", message), {"text": text, "key": str(uuid4()), "save": "1"})


def test_it_opens_a_conversation_that_is_called_after_the_first_file(browser, ada):
    answer = begin(browser, make_attachment(ada, name="otters.txt"), make_attachment(ada, name="b.txt"))

    conversation = Conversation.objects.get()
    question = conversation.messages.get(role=Role.USER)
    assert answer.status_code == 200
    assert (conversation.title, question.text) == ("otters.txt", "")
    shown = browser.get(address("show_conversation", conversation)).content.decode()
    article = shown.split(f'id="m-{question.public_id}"')[1].split("</article>")[0]
    assert "otters.txt" in article
    assert "message__text" not in article


def test_without_scripts_it_comes_with_the_form(browser):
    answer = browser.post("/", {"text": "", "key": str(uuid4()), "files": upload(b"Otters", "otters.txt")})

    assert answer.status_code == 302
    assert Message.objects.get(role=Role.USER).attachments.get().name == "otters.txt"


def test_with_neither_words_nor_files_nothing_is_sent(browser):
    answer = begin(browser)

    assert answer.status_code == 422
    assert "Write something or attach a file first" in answer.content.decode()
    assert not Message.objects.exists()


def test_words_can_be_added_later_and_taken_away_again(browser, ada):
    begin(browser, make_attachment(ada, name="otters.txt"))
    Conversation.objects.get().generations.update(status="done")
    question = Message.objects.get(role=Role.USER)

    assert "required" not in browser.get(address("edit_message", question), headers=HTMX).content.decode()
    save(browser, question, "What is it?")
    save(browser, question, "")

    questions = Message.objects.filter(role=Role.USER).order_by("pk")
    assert [message.text for message in questions] == ["", "What is it?", ""]
    assert all(message.attachments.get().name == "otters.txt" for message in questions)


def test_an_edit_without_words_still_needs_a_file(browser, ada):
    question = make_conversation(ada, "Otters?", "Fish.").messages.get(role=Role.USER)

    assert save(browser, question, " ").status_code == 422


def test_every_export_names_the_files_and_an_import_keeps_their_place(browser, ada):
    conversation = make_conversation(ada, "", "I see.", title="A picture")
    make_attachment(ada, conversation.messages.get(role=Role.USER), name="<b>otter.png")
    files = {kind: browser.get(address(f"export_{kind}", conversation)) for kind in ("md", "html", "json")}

    assert r"*Attached: \<b\>otter.png*" in files["md"].content.decode()
    assert "<bdi>&lt;b&gt;otter.png</bdi>" in files["html"].content.decode()
    record = json.loads(files["json"].content)
    assert record["messages"][0]["files"] == ["<b>otter.png"]
    copy = house.read(record)
    assert copy.messages[0].text == "[File “<b>otter.png”: not imported]"
    assert copy.replaced == 1


@pytest.mark.parametrize("files", [None, 7, {"a": 1}, [None, 3, ["x"]], ["x" * 10_000]])
def test_odd_files_in_a_record_do_no_harm(files):
    said = {"id": "a", "parent": None, "role": "user", "text": "Otters?", "files": files}

    copy = house.read({"schema": house.SCHEMA, "id": "1", "messages": [said]})

    assert copy.messages[0].text.endswith("Otters?")


def test_a_page_gets_the_chips_of_what_it_had_attached(browser, stranger, ada):
    kept, sent = make_attachment(ada, name="kept.txt"), make_attachment(ada, name="sent.txt")
    sent.messages.add(make_conversation(ada, "Look").leaf)
    query = {"file": [str(kept.public_id), str(sent.public_id), "nonsense", str(uuid4())]}

    page = browser.get(CHIPS, query, headers=HTMX).content.decode()

    assert "<html" not in page
    assert "kept.txt" in page
    assert "As text instead" in page
    assert "sent.txt" not in page
    assert "kept.txt" not in stranger.get(CHIPS, query, headers=HTMX).content.decode()


def test_what_is_too_long_for_a_message_does_not_go_back_into_the_box(browser, ada):
    book = make_attachment(ada, name="book.txt", data=b"x" * 32_001)

    page = browser.get(CHIPS, {"file": str(book.public_id)}, headers=HTMX).content.decode()

    assert "book.txt" in page
    assert "As text instead" not in page
