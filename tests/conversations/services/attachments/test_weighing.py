import pytest

from conversations.models import Attachment, ChatModel, Kind
from conversations.services.attachments.weighing import NOTE_CHARACTERS, refuse_unfit, weight
from conversations.services.errors import Refusal
from conversations.services.sight import sight_of
from conversations.services.window import Window
from tests.factories import make_attachment, make_conversation, make_model

ALL = frozenset(Kind)
TEXT_ONLY = frozenset({Kind.TEXT})
WINDOW = Window(tokens=100_000, answer_tokens=0, characters_per_token=4.0)


def image(**facts) -> Attachment:
    return Attachment(
        **{"kind": Kind.IMAGE, "name": "a.png", "width": 1500, "height": 500, "byte_count": 9, **facts}
    )


def report(**facts) -> Attachment:
    return Attachment(
        **{"kind": Kind.PDF, "name": "a.pdf", "pages": 2, "characters": 100, "byte_count": 9, **facts}
    )


def text(**facts) -> Attachment:
    return Attachment(**{"kind": Kind.TEXT, "name": "a.txt", "characters": 100, "byte_count": 100, **facts})


def refusal(*attachments, model=None, takes=ALL, words="Look") -> str:
    model = model or ChatModel(name="m", label="The model")
    with pytest.raises(Refusal) as refused:
        refuse_unfit(attachments, text=words, model=model, takes=takes, per_message=3)
    return str(refused.value)


def test_files_weigh_what_the_model_makes_of_them():
    assert weight([image()], WINDOW) == 1_000 * 4
    assert weight([image()], WINDOW, TEXT_ONLY) == NOTE_CHARACTERS
    assert weight([report()], WINDOW) == 100 + 3_000 * 4
    assert weight([report()], WINDOW, TEXT_ONLY) == 100
    assert weight([text()], WINDOW) == 100
    assert weight([text(deleted_at="now")], WINDOW) == NOTE_CHARACTERS


def test_what_fits_goes_out():
    model = ChatModel(name="m")
    refuse_unfit([image(), report(), text()], text="Look", model=model, takes=ALL, per_message=3)
    refuse_unfit([], text="Look", model=ChatModel(name="m", context_window=0), takes=ALL, per_message=3)
    refuse_unfit([report(), text()], text="Look", model=model, takes=TEXT_ONLY, per_message=3)


def test_what_does_not_is_refused_in_a_sentence():
    assert "can carry 3 files; these are 4" in refusal(text(), text(), text(), text())
    assert "The model cannot look at images. Remove “a.png”" in refusal(image(), takes=TEXT_ONLY)
    assert "it may be a scan" in refusal(report(characters=0), takes=TEXT_ONLY)
    assert "cannot read files" in refusal(text(), takes=frozenset({Kind.IMAGE}))
    assert "have 20 MB together; at most 14 MB" in refusal(
        report(byte_count=10_000_000), report(byte_count=10_000_000)
    )


def test_what_is_more_than_the_model_can_hold_is_refused_before_it_is_sent():
    small = ChatModel(name="m", label="The model", context_window=4_096, output_limit=512)

    sentence = refusal(text(characters=350_000), model=small)

    assert "about 100,007 tokens" in sentence
    assert "The model can be sent about 3,174" in sentence


def test_files_fill_the_window_and_push_old_turns_out_of_it(ada):
    model = make_model(context_window=4_000, output_limit=500)
    conversation = make_conversation(ada, "One", "1", "Two", "2", "Three", model=model)
    branch = list(conversation.messages.all())
    make_attachment(ada, branch[2], kind=Kind.IMAGE, width=1500, height=1500)

    assert sight_of(conversation, branch[-1], model).length == 5
    make_attachment(ada, branch[4], name="long.txt", data=b"x" * 3_000)
    assert sight_of(conversation, branch[-1], model).length == 1
    assert sight_of(conversation, branch[-1], model, TEXT_ONLY).length == 5
