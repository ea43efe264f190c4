"""What migration 0011 makes of the indexes: fewer bytes, the same promises, and no harm in being cut off."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from conversations.models import Role
from tests.factories import make_conversation

leaner = import_module("conversations.migrations.0011_leaner")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has the indexes it had")


def indexes() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname"
            " JOIN pg_index ON indexrelid = pg_class.oid WHERE indisvalid AND tablename LIKE 'conversations%'"
        )
        return dict(cursor.fetchall())


@pytest.fixture
def remade(transactional_db):
    """Run a step of the migration by itself; afterwards all is as it should be."""

    def run(step, **cut: int) -> None:
        with connection.schema_editor(atomic=False) as editor:
            if cut:
                left, execute = cut["after"], editor.execute

                def execute_some(*args, **options):
                    nonlocal left
                    left -= 1
                    if left < 0:
                        raise InterruptedError
                    execute(*args, **options)

                editor.execute = execute_some  # type: ignore[method-assign]
            step(apps, editor)

    yield run
    run(leaner.make_lean)


@on_postgresql
def test_the_indexes_go_back_and_forth(remade):
    lean = indexes()

    remade(leaner.make_as_before)
    before = indexes()
    remade(leaner.make_lean)

    assert "message_of_conversation" not in before
    assert "message_replies" in before
    assert before["generation_by_status"].endswith("(status, id)")
    assert indexes() == lean


@on_postgresql
@pytest.mark.parametrize("statements", range(31))
def test_an_upgrade_that_is_cut_off_anywhere_goes_on(remade, statements):
    lean = indexes()
    remade(leaner.make_as_before)

    with pytest.raises(InterruptedError):
        remade(leaner.make_lean, after=statements)
    remade(leaner.make_lean)

    assert indexes() == lean


@on_postgresql
def test_an_index_that_was_left_half_made_is_made_anew(remade):
    lean = indexes()
    remade(leaner.make_as_before)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX generation_by_status_made ON conversations_generation (status)")

    remade(leaner.make_lean)

    assert indexes() == lean


@pytest.mark.django_db(transaction=True)
def test_a_column_that_is_there_is_not_added_again():
    state = MigrationExecutor(connection).loader.project_state([("conversations", "0011_leaner")])
    operation = leaner.Migration.operations[1]

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("conversations", editor, state, state)

    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "conversations_generation")
    assert [column.name for column in columns].count("body_digest") == 1


def test_two_answers_cannot_have_one_place_below_a_question(ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    question = conversation.leaf.parent

    with pytest.raises(IntegrityError), transaction.atomic():
        conversation.messages.create(parent=question, position=0, role=Role.ASSISTANT)

    assert conversation.messages.create(parent=question, position=1, role=Role.ASSISTANT).pk
