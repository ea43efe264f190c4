"""Filters under a name, and what each conversation comes to: counted here for all that are there."""

import django.db.models.deletion
import django.utils.timezone
from uuid import uuid4
from django.conf import settings
from django.db import migrations, models

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

# As finding/extents.py counts; in one statement, for there may be a hundred thousand.
COUNT = """
INSERT INTO review_extent (conversation_id, messages, tokens, cost, counted_at)
SELECT conversation.id,
    (SELECT count(*) FROM conversations_message AS message WHERE message.conversation_id = conversation.id),
    coalesce((
        SELECT sum(coalesce(call.prompt_tokens, 0) + coalesce(call.completion_tokens, 0))
        FROM conversations_generation AS call
        WHERE call.conversation_id = conversation.id AND call.usage_trusted
    ), 0),
    coalesce((
        SELECT CAST(round(sum(call.cost_usd) * 100000000) AS bigint)
        FROM conversations_generation AS call WHERE call.conversation_id = conversation.id
    ), 0),
    %s
FROM conversations_conversation AS conversation
"""


def count_all(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [connection.ops.adapt_datetimefield_value(timezone.now())])


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0012_finding_of_everybody'),
        ('review', "0003_modes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Extent',
            fields=[
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='extent', serialize=False, to='conversations.conversation')),
                ('messages', models.PositiveIntegerField(default=0, help_text='In all versions.')),
                ('tokens', models.BigIntegerField(default=0, help_text='Question and answer, as far as counts are trusted.')),
                ('cost', models.BigIntegerField(default=0, help_text='In hundred-millionths of a US dollar.')),
                ('counted_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'extents',
                'indexes': [models.Index(fields=['counted_at'], name='extent_counted')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(blank=True, help_text='As it stands in an address.', max_length=2000)),
                ('shared', models.BooleanField(default=False, help_text='With all who may read conversations.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='saved_filter_name_once_for_its_owner')],
            },
        ),
        migrations.RunPython(count_all, migrations.RunPython.noop),
    ]
