from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.models import Attachment, Kind
from conversations.services.attachments import parts
from conversations.services.attachments.parts import (
    FileGone,
    Sending,
    Way,
    choose_ways,
    fenced,
    parts_of,
)
from tests.factories import make_attachment, make_conversation
from tests.files import picture

ALL = frozenset(Kind)
TEXT_ONLY = frozenset({Kind.TEXT})


def ways(branch, takes=ALL) -> list[list[str]]:
    chosen = choose_ways(branch, takes)
    return [[sending.way.value for sending in chosen.get(message.pk, [])] for message in branch]


def test_each_kind_goes_out_as_the_contract_says(ada):
    data = picture()
    encoded = b64encode(data).decode()
    image = make_attachment(ada, kind=Kind.IMAGE, data=data, name="otter.png")
    report = make_attachment(ada, kind=Kind.PDF, data=b"%PDF-", name="report.pdf", pages=2)
    code = make_attachment(ada, name="otters.py", data=b"print(1)\n")

    sent = parts_of([Sending(image, Way.IMAGE), Sending(report, Way.PDF), Sending(code, Way.TEXT)])

    assert sent == [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded}"}},
        {
            "type": "file",
            "file": {"filename": "report.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
        },
        {"type": "text", "text": "File “otters.py”:\n```py\nprint(1)\n```"},
    ]


def test_a_model_that_reads_text_alone_gets_text_and_is_told_of_the_rest(ada):
    question = make_conversation(ada, "Look").leaf
    make_attachment(ada, question, kind=Kind.IMAGE, name="otter.png")
    make_attachment(ada, question, kind=Kind.PDF, name="report.pdf", pages=1, text="Fish.")
    make_attachment(ada, question, kind=Kind.PDF, name="scan.pdf", pages=1)

    chosen = choose_ways([question], TEXT_ONLY)[question.pk]

    assert [sending.way for sending in chosen] == [Way.UNSEEN, Way.TEXT, Way.UNSEEN]
    unseen, text, _ = parts_of(chosen)
    assert unseen["text"] == "[The file “otter.png” was attached, but this model cannot read it.]"
    assert text["text"] == "File “report.pdf” (the text of its page):\n```\nFish.\n```"


def test_files_of_old_turns_leave_first(ada, monkeypatch):
    monkeypatch.setattr(parts, "BYTES_AT_ONCE", 10)
    conversation = make_conversation(ada, "One", "1", "Two", "2", "Three")
    branch = list(conversation.messages.all())
    for message in branch[::2]:
        make_attachment(ada, message, kind=Kind.IMAGE, data=b"12345")

    assert ways(branch) == [["left_out"], [], ["image"], [], ["image"]]


def test_a_deleted_file_is_told_and_bytes_that_are_missing_are_too(ada):
    question = make_conversation(ada, "Look").leaf
    deleted = make_attachment(ada, question, name="deleted.txt")
    Attachment.objects.filter(pk=deleted.pk).update(deleted_at="2026-01-01T00:00Z", text="")
    missing = make_attachment(ada, question, kind=Kind.IMAGE, name="missing.png")
    missing.file.storage.delete(missing.file.name)

    chosen = choose_ways([question], ALL)[question.pk]

    assert [sending.way for sending in chosen] == [Way.GONE, Way.GONE]
    assert "deleted.txt” was attached, and has been deleted since" in parts_of(chosen)[0]["text"]
    with pytest.raises(FileGone):
        parts_of([Sending(missing, Way.IMAGE)])


@given(st.text(alphabet="`~a\n ", max_size=60))
def test_no_file_can_close_its_own_fence(text):
    attachment = Attachment(name="it.md", kind=Kind.TEXT, text=text)

    head, fence, *inside = fenced(attachment).split("\n")

    assert head == "File “it.md”:"
    mark = fence.removesuffix("md")
    assert set(mark) == {"`"}
    assert len(mark) >= 3
    assert inside.pop() == mark
    assert not any(mark in line for line in inside)
