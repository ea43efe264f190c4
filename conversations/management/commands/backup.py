"""A copy of the SQLite database while the site runs: `manage.py backup chat-backup.sqlite3`."""

import sqlite3
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Copy the SQLite database into a file, as of one moment, while the site runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where the copy goes; it must not be there yet")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not settings.SQLITE:
            raise CommandError("The database is PostgreSQL: copy it with pg_dump, which comes with it.")
        try:
            file.touch(mode=0o600, exist_ok=False)  # all that people wrote is in it
        except FileExistsError:
            raise CommandError(f"{file} is there already. Name another file.") from None
        except OSError as problem:
            raise CommandError(f"The copy could not be made: {problem}") from None
        try:
            copy(Path(settings.DATABASES["default"]["NAME"]), file)
        except (sqlite3.Error, OSError) as problem:
            file.unlink(missing_ok=True)
            raise CommandError(f"The copy could not be made: {problem}") from None
        self.stdout.write(f"Copied to {file}.")


def copy(database: Path, file: Path) -> None:
    """Copy `database` to `file` and check the copy; raises sqlite3.Error or OSError."""
    with (
        closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(file)) as target,
    ):
        source.backup(target)  # in one step: a copy in several begins anew at every write between them
        (answer,) = target.execute("PRAGMA integrity_check").fetchone()
    if answer != "ok":
        raise sqlite3.DatabaseError(answer)
