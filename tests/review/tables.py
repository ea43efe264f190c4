"""What only somebody with the database in their hands can do."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.db import connection

MIGRATION = import_module("review.migrations.0002_chain")


class Editor:
    """As much of a schema editor as triggers need; a real one works on SQLite in no transaction."""

    connection = connection

    def execute(self, statement: str, params: None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def without_triggers() -> Iterator[None]:
    """Let the rows of the trail be changed."""
    MIGRATION.let_rows_go(None, Editor())
    try:
        yield
    finally:
        MIGRATION.keep_rows(None, Editor())
