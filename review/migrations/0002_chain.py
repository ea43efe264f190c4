"""The trail becomes a chain: rows that are there are taken over, and the database keeps all of them as they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from review.taking_over import take_over

# What stands beside the chain may be emptied, when a person is deleted, and nothing else. Rows that an earlier
# version of the site writes meanwhile have no position yet.
CHANGED = """OLD.position IS NOT NULL AND (
    NEW.id {differs} OLD.id OR NEW.position {differs} OLD.position OR NEW.at {differs} OLD.at
    OR NEW.reader_key {differs} OLD.reader_key OR NEW.seals {differs} OLD.seals OR NEW.hash {differs} OLD.hash
    OR NEW.conversation_id {differs} OLD.conversation_id OR NEW.action {differs} OLD.action
    OR (NEW.reader_id {differs} OLD.reader_id AND NEW.reader_id IS NOT NULL)
    OR (NEW.address {differs} OLD.address AND NEW.address IS NOT NULL)
    OR (NEW.reader_name <> OLD.reader_name AND NEW.reader_name <> '')
    OR (NEW.owner_name <> OLD.owner_name AND NEW.owner_name <> '')
    OR (NEW.reason <> OLD.reason AND NEW.reason <> '')
)"""
TRIGGERS = (
    ("read_event_stays", "UPDATE", "review_readevent", CHANGED),
    ("read_event_is_kept", "DELETE", "review_readevent", "OLD.position IS NOT NULL"),
    ("sighting_stays", "UPDATE", "review_sighting", ""),
    ("sighting_is_kept", "DELETE", "review_sighting", ""),
)
REFUSES = "CREATE FUNCTION review_append_only() RETURNS trigger LANGUAGE plpgsql AS $refuse$ BEGIN\n    RAISE EXCEPTION 'The read trail is append-only.';\nEND $refuse$"


def take_over_rows(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    take_over(apps.get_model)


def keep_rows(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the database refuse what changes the trail. A later migration that remakes a table on SQLite ends with it."""
    on_postgres = schema_editor.connection.vendor == "postgresql"
    if on_postgres:
        # What was taken over is checked at once: no trigger is made on a table with something still to be checked.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
        schema_editor.execute(REFUSES.replace("CREATE", "CREATE OR REPLACE", 1), params=None)
    let_rows_go(apps, schema_editor)
    refuse = "EXECUTE FUNCTION review_append_only()" if on_postgres else "BEGIN SELECT RAISE(ABORT, 'The read trail is append-only.'); END"
    for name, event, table, when in TRIGGERS:
        condition = f"WHEN ({when.format(differs='IS DISTINCT FROM' if on_postgres else 'IS NOT')})" if when else ""
        schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition} {refuse}", params=None)


def let_rows_go(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, _event, table, _when in TRIGGERS:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0009_limits'),
        ('review', '0001_read_trail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='readevent',
            name='hash',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='readevent',
            name='position',
            field=models.PositiveBigIntegerField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='readevent',
            name='reader_key',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='readevent',
            name='seals',
            field=models.BinaryField(max_length=48, null=True),
        ),
        migrations.AlterField(
            model_name='readevent',
            name='action',
            field=models.CharField(choices=[('opened', 'Opened'), ('listed', 'Listed'), ('searched', 'Searched'), ('exported', 'Exported'), ('forgotten', 'Person deleted')], max_length=10),
        ),
        migrations.AlterField(
            model_name='readevent',
            name='conversation_id',
            field=models.UUIDField(help_text="The conversation's public id, where it was one; kept when it is gone.", null=True),
        ),
        migrations.AlterField(
            model_name='readevent',
            name='reader_name',
            field=models.CharField(help_text='Empty when the person is deleted.', max_length=150),
        ),
        migrations.CreateModel(
            name='Pseudonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(editable=False, unique=True)),
                ('secret', models.BinaryField(max_length=16)),
                ('person', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pseudonym', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='TrailHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveBigIntegerField(default=0)),
                ('hash', models.BinaryField(max_length=32)),
                ('signature', models.CharField(max_length=64)),
            ],
            options={
                'default_permissions': ['view'],
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='trail_head_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Sighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation_id', models.UUIDField()),
                ('owner_key', models.UUIDField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sightings', to='review.readevent')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': ['view'],
                'indexes': [models.Index(fields=['conversation_id', '-event'], name='sighting_conversation'), models.Index(fields=['owner_key', '-event'], name='sighting_owner')],
            },
        ),
        migrations.RunPython(take_over_rows, migrations.RunPython.noop),
        migrations.RunPython(keep_rows, let_rows_go),
    ]
