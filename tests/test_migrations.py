"""While a release is rolled out, the one before it runs on the new tables: they must do for both."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

ROOT = Path(__file__).resolve().parent.parent
# What there was before the first release; nobody runs anything earlier.
FIRST = {
    "accounts.0001_people",
    "accounts.0002_look_alike_names",
    "accounts.0003_setup_link",
    "conversations.0001_conversations",
    "review.0001_read_trail",
}
# `app.name: operation` → why the release before survives it: it has not used what goes, for example.
SURVIVED: dict[str, str] = {
    "conversations.0002_branches: Alter field purpose on generation": "its choices are no part of the table",
    "conversations.0002_branches: Create constraint generation_answer_has_message on model generation": (
        "it allows more than the one before"
    ),
    "review.0002_chain: Alter field action on readevent": "its choices are no part of the table",
    "review.0002_chain: Alter field conversation_id on readevent": "the one before fills it",
    "review.0002_chain: Alter field reader_name on readevent": "its help text is no part of the table",
    "conversations.0008_lean: Custom state/database change combination": "of the tables only indexes go",
}
HARMLESS = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.RemoveConstraint,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RunPython,
)


def names() -> list[str]:
    files = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
    return [f"{file.parent.parent.name}.{file.stem}" for file in files]


def migration(name: str) -> type[migrations.Migration]:
    app, _, module = name.partition(".")
    found: type[migrations.Migration] = importlib.import_module(f"{app}.migrations.{module}").Migration
    return found


def harms(name: str) -> Iterator[str]:
    """What of a migration the release before would trip over."""
    operations = migration(name).operations
    made = {it.name_lower for it in operations if isinstance(it, migrations.CreateModel)}
    for operation in operations:
        known = f"{name}: {operation.describe()}"
        if known not in SURVIVED and not is_survived(operation, made):
            yield known


def is_survived(operation: Operation, made: set[str]) -> bool:
    """Whether code that knows nothing of `operation` works on; the tables `made` are new to it."""
    if isinstance(operation, HARMLESS) or getattr(operation, "model_name_lower", "") in made:
        return True
    return isinstance(operation, migrations.AddField) and needs_no_value(operation.field)


def needs_no_value(field: models.Field) -> bool:
    """Whether a row can be written without the column: it may be empty, or the database has a default."""
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def test_the_release_before_survives_every_later_migration():
    assert [harm for name in names() if name not in FIRST for harm in harms(name)] == []


def test_the_first_migrations_are_there():
    assert set(names()) >= FIRST


TEXT = models.TextField()


@pytest.mark.parametrize(
    ("operation", "survived"),
    [
        (migrations.AddField("message", "mood", models.TextField(null=True)), True),
        (migrations.AddField("message", "mood", models.TextField(db_default="")), True),
        (migrations.AddField("message", "mood", models.TextField(default="")), False),
        (migrations.AddField("message", "mood", TEXT), False),
        (migrations.RemoveField("message", "text"), False),
        (migrations.RenameField("message", "text", "words"), False),
        (migrations.AlterField("message", "text", models.CharField(max_length=10)), False),
        (migrations.DeleteModel("Message"), False),
        (migrations.RenameModel("Message", "Note"), False),
        (migrations.AlterField("mood", "text", TEXT), True),
        (migrations.RunSQL("DROP TABLE conversations_message"), False),
    ],
    ids=lambda it: it.describe() if isinstance(it, Operation) else "",
)
def test_what_takes_something_away_is_noticed(operation, survived):
    assert is_survived(operation, {"mood"}) is survived
