"""Check the record of who read what: `manage.py verify_trail`."""

import logging
import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.trail import sign_end, take_over_rows
from review.verifying import Anchor, verify

log = logging.getLogger(__name__)


def anchor(word: str) -> Anchor:
    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", word)
    if not match:
        raise ArgumentTypeError(
            "an anchor is what an earlier check printed: a number, a colon, 64 hex digits"
        )
    return Anchor(int(match[1]), match[2])


class Command(BaseCommand):
    help = (
        "Check that no row of the read trail was changed, removed, added or moved; exits with 1 if one was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=anchor,
            metavar="POSITION:HASH",
            help="what an earlier check printed must still hold",
        )
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="after an upgrade: first chain the rows that the version before wrote while both ran",
        )
        parser.add_argument(
            "--sign-again",
            action="store_true",
            help="after SECRET_KEY was changed without its fallback: sign the end if all before it holds",
        )

    def handle(
        self, *args: Any, since: Anchor | None, take_over: bool, sign_again: bool, **options: Any
    ) -> None:
        if take_over:
            self.stdout.write(f"{rows(take_over_rows())} taken over.")
        started = time.perf_counter()
        outcome = verify(anchor=since, unsigned=sign_again)
        took = time.perf_counter() - started
        if outcome.broken:
            log.error("The read trail is broken: %s", outcome.broken)
            raise CommandError(f"BROKEN after {rows(outcome.rows)}. {outcome.broken}")
        if sign_again:
            sign_end(*outcome.head)
        log.info("The read trail holds: %d:%s", *outcome.head)
        speed = f", {outcome.rows / took:,.0f} a second" if outcome.rows >= 1_000 else ""
        self.stdout.write(f"{rows(outcome.rows)}, all as written ({took:.1f} s{speed}).")
        self.stdout.write(f"Keep this elsewhere, for --since: {outcome.head.position}:{outcome.head.hash}")


def rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
