"""`manage.py prune`, and the receipts of what it removed."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from conversations.models import Conversation
from conversations.services import removing
from conversations.services.attachments.keeping import delete_files_of
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation
from conversations.services.leaving import ask_to_leave
from conversations.services.trash import delete_for_ever
from review.keeping import pruning
from review.keeping.holds import hold_conversation
from review.keeping.receipts import check_receipts
from review.models import PurgeReceipt, ReceiptHead, RetentionPolicy
from tests.factories import make_attachment, make_conversation, make_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def much(ada, bob) -> list[Conversation]:
    """Five of ada that are over, one of them held; one of bob that is not."""
    RetentionPolicy.objects.create(group=make_group("team", ada), sort="ordinary", days=30)
    old = [make_conversation(ada, "A secret title", "Answer") for _ in range(5)]
    make_attachment(ada, old[0].leaf)
    make_conversation(bob, "Another", "Answer")
    Conversation.objects.update(updated_at=timezone.now() - timedelta(days=31))
    hold_conversation(old[4], by=bob, reason="Case 12", until=None)
    return old


def row(said: str, begin: str) -> list[str]:
    return next(line for line in said.splitlines() if line.startswith(begin)).split()


def test_without_yes_it_shows_what_would_go_and_changes_nothing(much, capsys):
    call_command("prune")

    said = capsys.readouterr().out
    assert row(said, "Ordinary, kept 30 days")[-3:] == ["team", "4", "1"]
    assert row(said, "In the trash, kept 30 days")[-2:] == ["0", "0"]
    assert "dry run" in said
    assert Conversation.objects.count() == 6
    assert not PurgeReceipt.objects.exists()


def test_with_yes_it_goes_with_a_receipt_that_has_no_word_of_it(much, capsys):
    call_command("prune", yes=True)

    said = capsys.readouterr().out
    assert "4 conversations, 8 messages, 1 files (16 bytes)" in said
    assert Conversation.objects.count() == 2
    receipt = PurgeReceipt.objects.get()
    assert (receipt.cause, receipt.rule) == ("retention", "ordinary 30d [team]")
    assert (receipt.conversations, receipt.messages, receipt.files, receipt.bytes) == (4, 8, 1, 16)
    call_command("prune", yes=True)
    assert PurgeReceipt.objects.count() == 1


def test_what_is_to_come_is_shown_and_never_done(much, capsys):
    call_command("prune", days_ahead=40)
    assert row(capsys.readouterr().out, "Ordinary, kept 30 days")[-2:] == ["4", "1"]
    for wrong in ({"yes": True, "days_ahead": 40}, {"days_ahead": -1}, {"days_ahead": 999_999}):
        with pytest.raises(CommandError):
            call_command("prune", **wrong)
    assert Conversation.objects.count() == 6


def break_off(monkeypatch, error: BaseException) -> None:
    """The second batch breaks off."""
    real, calls = delete_files_of, []

    def breaks(conversations):
        calls.append(1)
        if len(calls) == 2:
            raise error
        return real(conversations)

    monkeypatch.setattr(removing, "BATCH", 2)
    monkeypatch.setattr(removing, "delete_files_of", breaks)


@pytest.mark.parametrize(
    ("error", "ends"), [(KeyboardInterrupt(), SystemExit), (OSError("no disk"), CommandError)]
)
def test_cut_off_it_says_so_and_the_next_run_goes_on(error, ends, much, monkeypatch):
    break_off(monkeypatch, error)

    with pytest.raises(ends):
        call_command("prune", yes=True)

    assert Conversation.objects.count() == 4
    assert PurgeReceipt.objects.get().conversations == 2
    call_command("prune", yes=True)
    assert Conversation.objects.count() == 2
    assert check_receipts() == (2, "")


def test_while_a_hold_cannot_look_for_what_it_keeps_nothing_goes(much, monkeypatch, caplog):
    def takes_too_long() -> int:
        raise Refusal("That takes too long.")

    monkeypatch.setattr(pruning, "look_again_everywhere", takes_too_long)

    with pytest.raises(CommandError, match="nothing goes: That takes too long"):
        call_command("prune", yes=True)
    assert pruning.prune_all(now=timezone.now()).removed == 0
    assert "could not look" in caplog.text
    assert Conversation.objects.count() == 6


def test_accounts_go_too(ada, capsys, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    ask_to_leave(ada, days=0)

    call_command("prune")
    assert row(capsys.readouterr().out, "Accounts")[-2:] == ["1", "0"]
    call_command("prune", yes=True)
    ada.refresh_from_db()
    assert ada.forgotten_at


def test_a_receipt_stays_as_it_is(much):
    call_command("prune", yes=True)
    receipt = PurgeReceipt.objects.get()
    for change in (receipt.save, receipt.delete, PurgeReceipt.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        PurgeReceipt.objects.update(conversations=1)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE review_purgereceipt SET conversations = 1 WHERE position = 1", "1 was changed"),
        ("DELETE FROM review_purgereceipt WHERE position = 1", "1 is missing"),
        ("DELETE FROM review_purgereceipt WHERE position = 2", "last ones are missing"),
        ("UPDATE review_receipthead SET position = 1", "not signed"),
        ("DELETE FROM review_receipthead", "head of the receipts is missing"),
    ],
)
def test_what_is_done_to_receipts_is_found(statement, sentence, much, monkeypatch):
    monkeypatch.setattr(removing, "BATCH", 2)
    call_command("prune", yes=True)
    call_command("prune", check_receipts=True)
    with connection.cursor() as cursor:
        cursor.execute(statement)

    with pytest.raises(CommandError, match=sentence):
        call_command("prune", check_receipts=True)
    assert ReceiptHead.objects.count() <= 1


LAST_GONE = "DELETE FROM review_purgereceipt WHERE position = 2; UPDATE review_receipthead SET position = 1"


@pytest.mark.parametrize("statement", [LAST_GONE, "DELETE FROM review_receipthead"])
def test_no_removal_signs_over_what_was_done_to_receipts_before(statement, much, ada, monkeypatch):
    monkeypatch.setattr(removing, "BATCH", 2)
    call_command("prune", yes=True)
    with connection.cursor() as cursor:
        for one in statement.split("; "):
            cursor.execute(one)

    talk = make_conversation(ada, "Mine", "Yours")
    delete_conversation(talk)
    assert delete_for_ever(talk).removed == 1

    with pytest.raises(CommandError, match="not signed"):
        call_command("prune", check_receipts=True)
