from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from conversations import wiring
from conversations.models import Attachment, Kind, Message, Role
from tests.factories import make_attachment, make_conversation
from tests.files import pdf, picture, upload

HTMX = {"HX-Request": "true"}
FILES = "/files/"


@pytest.fixture(autouse=True)
def takes_all(settings):
    settings.LLM_TAKES = ["image", "pdf", "text"]


def address(name: str, row: Any) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def send(browser, conversation=None, *, headers=HTMX, **data):
    data = {"text": "What is this?", "key": str(uuid4()), **data}
    if conversation is None:
        return browser.post("/", data, headers=headers)
    data["leaf"] = str(conversation.leaf.public_id)
    return browser.post(address("send_message", conversation), data, headers=headers)


def test_an_uploaded_file_comes_back_as_a_chip(browser):
    answer = browser.post(FILES, {"files": upload(b"Otters", "<b>notes</b>.txt")}, headers=HTMX)

    page = answer.content.decode()
    attachment = Attachment.objects.get()
    assert answer.status_code == 200
    assert "<html" not in page
    assert f'name="file" value="{attachment.public_id}" checked' in page
    assert "&lt;b&gt;notes" not in page  # a name has no path: what stands before the last slash is gone
    assert "b&gt;.txt" in page


def test_a_refused_file_says_why(browser):
    answer = browser.post(FILES, {"files": upload(b"\0\1\2", "x.exe")}, headers=HTMX)

    assert answer.status_code == 422
    assert "“x.exe” is not an image, a PDF or text" in answer.content.decode()
    assert browser.post(FILES, {}, headers=HTMX).status_code == 422


def test_a_file_for_a_model_that_cannot_use_it_is_refused(browser, settings):
    settings.LLM_TAKES = ["text"]

    answer = browser.post(FILES, {"files": upload(picture(), "otter.png")}, headers=HTMX)

    assert answer.status_code == 422
    assert "cannot read images" in answer.content.decode()


def test_the_files_go_out_with_the_message_and_are_shown_with_it(browser, ada):
    image = make_attachment(ada, kind=Kind.IMAGE, data=picture(), name="otter.png", width=40, height=20)
    notes = make_attachment(ada, name="notes.txt")

    answer = send(browser, file=[str(image.public_id), str(notes.public_id)])

    question = Message.objects.get(role=Role.USER)
    assert set(question.attachments.all()) == {image, notes}
    for page in (answer, browser.get(address("show_conversation", question.conversation))):
        shown = page.content.decode()
        assert f'src="{address("show_file", image)}" alt="otter.png" width="40" height="20"' in shown
        assert f'href="{address("show_file", notes)}"' in shown


def test_without_scripts_the_files_come_with_the_form(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    answer = send(
        browser, conversation, headers={}, files=[upload(b"Otters", "a.txt"), upload(pdf("Fish."), "b.pdf")]
    )

    assert answer.status_code == 302
    question = Message.objects.get(text="What is this?")
    assert {attachment.name for attachment in question.attachments.all()} == {"a.txt", "b.pdf"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_when_one_is_refused_the_text_and_the_others_are_kept(browser, ada, headers):
    conversation = make_conversation(ada, "Hello", "Hi")
    kept = make_attachment(ada, name="kept.txt")

    answer = send(
        browser,
        conversation,
        headers=headers,
        file=[str(kept.public_id)],
        files=[upload(b"Otters", "good.txt"), upload(b"\0", "bad.bin")],
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "bad.bin” is not an image" in page
    assert "What is this?</textarea>" in page
    assert page.count("data-chip>") == 2
    assert f'value="{kept.public_id}" checked' in page
    assert not Message.objects.filter(text="What is this?").exists()


def test_a_message_that_is_too_long_keeps_its_files(browser, ada):
    kept = make_attachment(ada)

    answer = send(browser, file=[str(kept.public_id)], text="x" * 32_001)

    assert answer.status_code == 422
    assert f'value="{kept.public_id}" checked' in answer.content.decode()


@pytest.mark.parametrize("chosen", [["not-an-id"], [str(uuid4())]], ids=["no id", "no file"])
def test_a_file_that_is_not_there_is_told(browser, chosen):
    answer = send(browser, file=chosen)

    assert answer.status_code == 422
    assert "not there any more" in answer.content.decode()
    assert not Message.objects.exists()


def test_somebody_elses_file_cannot_be_sent(stranger, ada):
    mine = make_attachment(ada)

    assert send(stranger, file=[str(mine.public_id)]).status_code == 422
    assert mine.messages.count() == 0


def test_more_files_than_a_message_can_carry_are_refused_together(browser, ada):
    files = [str(make_attachment(ada).public_id) for _ in range(6)]

    answer = send(browser, file=files)
    brought = send(browser, headers={}, files=[upload(b"x", f"{n}.txt") for n in range(9)])

    assert "A message can carry 5 files; these are 6." in answer.content.decode()
    assert "A message can carry 5 files; these are 9." in brought.content.decode()


def test_the_same_send_again_is_the_same_message(browser, ada):
    attachment = make_attachment(ada)
    key = str(uuid4())

    for _ in range(2):
        assert send(browser, file=[str(attachment.public_id)], key=key).status_code == 200

    assert attachment.messages.count() == 1


def test_a_file_is_served_as_something_to_save_that_can_do_nothing(browser, ada):
    attachment = make_attachment(ada, name="évil\u0022; x=.html", data=b"<script>alert(1)</script>")

    answer = browser.get(address("show_file", attachment))

    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%A9vil%22")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_file_is_its_owners_alone(stranger, ada):
    attachment = make_attachment(ada, make_conversation(ada, "Look").leaf)

    for name in ("show_file", "discard_file", "delete_file"):
        assert stranger.get(address(name, attachment)).status_code in {404, 405}
        assert stranger.post(address(name, attachment)).status_code in {404, 405}
    assert "notes.txt" not in stranger.get(FILES).content.decode()
    attachment.refresh_from_db()
    assert not attachment.is_deleted


def test_my_files_are_listed_with_their_conversation(browser, ada):
    conversation = make_conversation(ada, "Look at this", "I see")
    make_attachment(ada, conversation.messages.first(), name="otters.txt")

    page = browser.get(FILES).content.decode()
    part = browser.get(FILES, headers=HTMX).content.decode()

    assert "otters.txt" in page
    assert "Look at this" in page
    assert "16 bytes of 500 MB used" in page
    assert "<html" not in part
    assert "otters.txt" in part


def test_a_file_deleted_from_the_list_is_told_where_it_was_sent(browser, ada):
    conversation = make_conversation(ada, "Look at this", "I see")
    attachment = make_attachment(ada, conversation.messages.first(), name="otters.txt")

    answer = browser.post(address("delete_file", attachment), headers=HTMX)

    assert answer.status_code == 200
    assert "0 bytes of 500 MB used" in answer.content.decode()
    page = browser.get(address("show_conversation", conversation)).content.decode()
    assert "File deleted" in page
    assert "otters.txt" in page
    assert address("show_file", attachment) not in page
    assert browser.get(address("show_file", attachment)).status_code == 404


def test_the_cross_of_a_chip_takes_back_only_what_was_not_sent(browser, ada):
    unsent = make_attachment(ada)
    sent = make_attachment(ada, make_conversation(ada, "Look").leaf)

    for attachment in (unsent, sent):
        assert browser.post(address("discard_file", attachment), headers=HTMX).status_code == 204

    assert list(Attachment.objects.all()) == [sent]
    sent.refresh_from_db()
    assert not sent.is_deleted


def test_a_model_that_takes_no_files_has_no_paper_clip(browser, monkeypatch):
    from conversations import wiring

    assert "data-pick" in browser.get("/").content.decode()
    monkeypatch.setattr(wiring, "takes", lambda _model: frozenset())
    assert "data-pick" not in browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        ("anthropic/claude-sonnet-4", {"image", "pdf", "text"}),
        ("claude-sonnet-4", {"image", "pdf", "text"}),
        ("smollm2-135m-instruct", {"text"}),
    ],
)
def test_claude_takes_everything_and_others_text(settings, model, kinds):
    from conversations import wiring
    from conversations.models import ChatModel

    settings.LLM_TAKES = []
    assert wiring.takes(ChatModel(name=model)) == kinds


def test_a_transcript_costs_the_same_however_many_files_it_has(browser, ada, monkeypatch):
    # Whether there is a choice of models is asked once, or a second that ends in between would cost one more.
    monkeypatch.setattr(wiring.Choice, "fresh_s", 60.0)
    monkeypatch.setattr(wiring.choice, "_until", 0.0)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 1, 8):
        conversation = make_conversation(ada, *["Look", "I see"] * number)
        for message in conversation.messages.filter(role=Role.USER):
            make_attachment(ada, message)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address("show_conversation", conversation)).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]
