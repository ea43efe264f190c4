"""Indexes for who looks through the conversations of everybody: newest first, by problem, by what was deleted.

On PostgreSQL they are made while people write; what was cut off in the middle of it is made anew.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexWhileInUse(migrations.AddIndex):
    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        # Of one that an upgrade left half made, or whole, PostgreSQL makes no second.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}", params=None)
        return schema_editor.execute(
            self.index.create_sql(model, schema_editor, concurrently=True), params=None
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0011_leaner"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexWhileInUse(
            model_name="conversation",
            index=models.Index(fields=["-updated_at", "-id"], name="conversation_newest"),
        ),
        AddIndexWhileInUse(
            model_name="generation",
            index=models.Index(
                condition=models.Q(("problem", ""), _negated=True),
                fields=["problem", "-id"],
                name="generation_problems",
            ),
        ),
        AddIndexWhileInUse(
            model_name="message",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["conversation"],
                name="message_deleted",
            ),
        ),
    ]
