"""Remove for ever what is over by the rules: `manage.py prune`, a dry run unless `--yes` is said."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone, translation

from accounts.leaving import is_held
from accounts.models import User
from conversations.models.attachment import readable_size
from conversations.services.attachments.keeping import unsent_before
from conversations.services.attachments.tidying import forget_unsent
from conversations.services.errors import Refusal
from conversations.services.leaving import purge_leavers
from conversations.services.removing import Cause, Outcome
from review.keeping.pruning import Due, due_at, prune
from review.keeping.receipts import check_receipts

Row = tuple[str, str, int, int]
HEADS = ("what", "of whom", "goes", "a hold keeps")
CUT_OFF = 130


class Command(BaseCommand):
    help = (
        "Show what goes for ever by the retention policies, the trash, temporary conversations and accounts "
        "whose day has come, and what holds keep of it. With --yes it goes. Exits with 1 if something could "
        "not be removed; cut off anywhere, the next run goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it; without it nothing is changed")
        parser.add_argument(
            "--days-ahead", type=int, default=0, metavar="DAYS", help="a dry run of as many days from now"
        )
        parser.add_argument(
            "--check-receipts",
            action="store_true",
            help="check the receipts of what was removed, and no more",
        )

    def handle(self, *args: Any, yes: bool, days_ahead: int, check_receipts: bool, **options: Any) -> None:
        if check_receipts:
            return self.check_chain()
        if yes and days_ahead:
            raise CommandError("What is to come cannot be removed today: --days-ahead is for a dry run.")
        if not 0 <= days_ahead <= 36_500:
            raise CommandError("--days-ahead is a number of days.")
        with translation.override("en"):
            if not yes:
                self.show(rows_at(days_ahead))
                self.stdout.write("Nothing was removed: this was a dry run. With --yes it goes.")
                return None
            return self.remove()

    def remove(self) -> None:
        began, rows, total = timezone.now(), list[Row](), Outcome()
        try:
            for due, outcome in prune(now=began):
                rows.append(row_of(due, outcome))
                total += outcome
            rows.append(("Files never sent", "everybody", forget_unsent(), 0))
            rows.append(accounts(purge_leavers(now=began, imports=Path(settings.DATA_DIR) / "imports")))
        except KeyboardInterrupt:
            self.show(rows)
            self.stderr.write("Cut off. What was removed has its receipts; the next run goes on.")
            raise SystemExit(CUT_OFF) from None
        except Refusal as refusal:
            raise CommandError(
                f"A hold could not look for what it keeps, so nothing goes: {refusal}"
            ) from refusal
        except (OSError, DatabaseError) as error:
            self.show(rows)
            raise CommandError(f"Cut off: {error} What was removed has its receipts.") from error
        self.show(rows)
        self.stdout.write(
            f"Removed for ever by their time: {total.removed} conversations, {total.messages} messages, "
            f"{total.files} files ({readable_size(total.bytes)})."
        )
        if stuck := sum(not is_held(person) for person in accounts_due()):
            raise CommandError(f"{stuck} accounts could not be deleted yet; the next run tries again.")

    def check_chain(self) -> None:
        count, wrong = check_receipts()
        if wrong:
            raise CommandError(f"BROKEN after {count} receipts. {wrong}")
        self.stdout.write(f"{count} receipts, all as written.")

    def show(self, rows: Iterator[Row] | list[Row]) -> None:
        table = [HEADS, *((what, whom, f"{goes:,}", f"{kept:,}") for what, whom, goes, kept in rows)]
        widths = [max(len(line[column]) for line in table) for column in range(4)]
        for line in table:
            what, whom, goes, kept = line
            self.stdout.write(
                f"{what:<{widths[0]}}  {whom:<{widths[1]}}  {goes:>{widths[2]}}  {kept:>{widths[3]}}"
            )


def rows_at(days_ahead: int) -> Iterator[Row]:
    now = timezone.now() + timedelta(days=days_ahead)
    for due in due_at(now):
        yield row_of(due, Outcome(due.free.count(), due.kept.count()))
    yield "Files never sent", "everybody", unsent_before().count(), 0
    yield accounts(sum(not is_held(person) for person in accounts_due(days_ahead)), days_ahead)


def accounts(gone: int, days_ahead: int = 0) -> Row:
    kept = sum(is_held(person) for person in accounts_due(days_ahead))
    return "Accounts", "whose day has come", gone, kept


def accounts_due(days_ahead: int = 0) -> list[User]:
    now = timezone.now() + timedelta(days=days_ahead)
    return list(User.objects.filter(leaves_at__lte=now, forgotten_at=None).order_by("pk"))


def row_of(due: Due, outcome: Outcome) -> Row:
    if due.rule is None:
        return str(Cause.RELEASED.label), "everybody", outcome.removed, outcome.kept
    what = f"{due.rule.sort.label}, kept {due.rule.said}"
    return what, due.rule.people, outcome.removed, outcome.kept
