import stat
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from conversations.models import Attachment, Kind
from conversations.models.attachment import file_storage
from conversations.services.attachments import keeping
from conversations.services.attachments.keeping import (
    accept_upload,
    bytes_kept,
    delete_file,
    delete_files_of,
    discard_unsent,
)
from conversations.services.attachments.limits import FileLimits
from conversations.services.attachments.listing import list_mine
from conversations.services.errors import Refusal, Unavailable
from tests.factories import make_attachment, make_conversation
from tests.files import pdf, picture, upload

ALL = frozenset(Kind)
TEXT_ONLY = frozenset({Kind.TEXT})


@pytest.fixture(autouse=True)
def place(settings, tmp_path) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {
            **settings.STORAGES["files"],
            "OPTIONS": {**settings.STORAGES["files"]["OPTIONS"], "location": tmp_path / "files"},
        },
    }
    return tmp_path / "files"


def accept(owner, data, name="it", *, takes=ALL, **limits) -> Attachment:
    return accept_upload(owner, upload(data, name), limits=FileLimits(**limits), takes=takes)


def stored(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_a_name_of_ours_that_nobody_else_can_read(ada, place):
    attachment = accept(ada, b"print('otters')", "../../otters.py")

    (path,) = stored(place)
    assert "otters" not in str(path.relative_to(place))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes() == attachment.read() == b"print('otters')"
    assert attachment.name == "otters.py"
    assert attachment.sha256 == sha256(b"print('otters')").hexdigest()
    assert (attachment.kind, attachment.media_type, attachment.characters) == ("text", "text/plain", 15)
    assert attachment.messages.count() == 0


def test_what_it_is_does_not_depend_on_what_it_is_called(ada):
    image = accept_upload(
        ada, upload(picture(), "report.pdf", "application/pdf"), limits=FileLimits(), takes=ALL
    )

    assert (image.kind, image.media_type, image.width, image.height) == ("image", "image/png", 40, 20)


@pytest.mark.parametrize(
    ("data", "limits", "words"),
    [
        (b"", {}, "is empty"),
        (b"x" * 2_000, {"text_bytes": 1_000}, "has 2 kB; text files of at most 1 kB"),
        (b"x" * 2_000, {"text_bytes": 1_000, "image_bytes": 1_000, "pdf_bytes": 1_000}, "at most 1 kB"),
        (pdf("x" * 2_000), {"pdf_bytes": 1_000}, "PDFs of at most 1 kB"),
        (b"x" * 2_000, {"per_person_bytes": 1_000}, "your files may have 1 kB together"),
        (b"\0", {}, "not an image"),
    ],
)
def test_what_is_too_much_is_refused_in_a_sentence(ada, place, data, limits, words):
    with pytest.raises(Refusal, match=words):
        accept(ada, data, **limits)

    assert not Attachment.objects.exists()
    assert not stored(place)


def test_what_the_model_cannot_use_is_refused_before_it_is_looked_at(ada, monkeypatch):
    monkeypatch.setattr(keeping, "inspect", None)

    with pytest.raises(Refusal, match="cannot read images"):
        accept(ada, picture(), takes=TEXT_ONLY)


def test_a_model_that_reads_text_alone_gets_the_text_of_a_pdf(ada):
    assert accept(ada, pdf("Otters"), takes=TEXT_ONLY).text == "Otters"


def test_nobody_collects_files_without_sending_them(ada, bob, monkeypatch):
    monkeypatch.setattr(keeping, "UNSENT_AT_MOST", 2)
    accept(ada, b"one")
    accept(ada, b"two")

    with pytest.raises(Refusal, match="wait to be sent"):
        accept(ada, b"three")
    accept(bob, b"another's")


def test_a_full_disk_is_told_and_leaves_no_row(ada, monkeypatch):
    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_storage(), "save", full)

    with pytest.raises(Unavailable, match="cannot be stored"):
        accept(ada, b"words")
    assert not Attachment.objects.exists()


def test_a_deleted_file_leaves_its_name_with_the_message(ada, place, django_capture_on_commit_callbacks):
    question = make_conversation(ada, "Look", "I see").messages.first()
    attachment = make_attachment(ada, question)

    with django_capture_on_commit_callbacks(execute=True):
        delete_file(attachment)

    attachment.refresh_from_db()
    assert attachment.is_deleted
    assert attachment.text == ""
    assert attachment.read() is None
    assert question.attachments.get().name == "notes.txt"
    assert not stored(place)
    assert bytes_kept(ada) == 0


def test_what_was_never_sent_is_forgotten_whole_and_what_was_sent_is_not(
    ada, place, django_capture_on_commit_callbacks
):
    unsent = make_attachment(ada)
    sent = make_attachment(ada, make_conversation(ada, "Look").leaf)

    with django_capture_on_commit_callbacks(execute=True):
        discard_unsent(unsent)
        discard_unsent(sent)

    assert list(Attachment.objects.all()) == [sent]
    assert len(stored(place)) == 1


def test_the_files_of_a_conversation_go_with_it_but_not_those_that_others_carry(
    ada, place, django_capture_on_commit_callbacks
):
    going, staying = make_conversation(ada, "Going"), make_conversation(ada, "Staying")
    make_attachment(ada, going.leaf, name="alone.txt")
    both = make_attachment(ada, going.leaf, staying.leaf, name="both.txt")

    with django_capture_on_commit_callbacks(execute=True):
        delete_files_of([going])

    assert list(Attachment.objects.all()) == [both]
    assert len(stored(place)) == 1


def test_what_was_not_sent_within_a_day_is_forgotten_at_the_next_upload(
    ada, bob, place, django_capture_on_commit_callbacks
):
    old, foreign, sent = (
        make_attachment(ada),
        make_attachment(bob),
        make_attachment(ada, make_conversation(ada, "Look").leaf),
    )
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=2))

    with django_capture_on_commit_callbacks(execute=True):
        new = accept(ada, b"new")

    assert set(Attachment.objects.all()) == {foreign, sent, new}
    assert old not in Attachment.objects.all()
    assert len(stored(place)) == 3


def test_tidying_frees_what_nothing_names(ada, place, capsys, django_capture_on_commit_callbacks):
    conversation = make_conversation(ada, "Look")
    make_attachment(ada, conversation.leaf)
    kept = make_attachment(ada, make_conversation(ada, "Stay").leaf)
    fresh = make_attachment(ada)
    conversation.delete()
    Attachment.objects.exclude(pk=fresh.pk).update(created_at=timezone.now() - timedelta(days=2))
    nameless = place / "ab" / "cdef"
    nameless.parent.mkdir(exist_ok=True)
    nameless.write_bytes(b"left behind")
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    import os

    os.utime(nameless, (long_ago, long_ago))

    with django_capture_on_commit_callbacks(execute=True):
        call_command("tidy_files")

    assert set(Attachment.objects.all()) == {kept, fresh}
    assert not nameless.exists()
    assert len(stored(place)) == 2
    assert "Deleted 1 files that no message carries and 1 that no row names." in capsys.readouterr().out


def test_the_list_says_where_each_file_was_sent_in_as_many_queries_whatever_its_length(
    ada, bob, django_assert_num_queries
):
    conversation = make_conversation(ada, "Look", "I see", "Again")
    make_attachment(bob)
    for number in range(60):
        make_attachment(ada, conversation.leaf, name=f"{number}.txt")
    gone = make_attachment(ada, make_conversation(ada, "x", deleted_at=timezone.now()).leaf, name="gone")
    make_attachment(ada, name="unsent")

    with django_assert_num_queries(3):
        page = list_mine(ada, before="", limits=FileLimits())
    older = list_mine(ada, before=page.before, limits=FileLimits())

    assert [row.file.name for row in page.rows[:3]] == ["unsent", "gone", "59.txt"]
    assert [row.is_sent for row in page.rows[:3]] == [False, True, True]
    assert page.rows[1].conversation is None
    assert page.rows[2].conversation == conversation
    assert len(page.rows) == 50
    assert len(older.rows) == 12
    assert older.before == ""
    assert page.total == 62 * len(b"Otters eat fish.")
    assert gone in {row.file for row in page.rows}
