"""What its owner deleted and a hold keeps: out of sight, and still there."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0012_finding_of_everybody"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # Columns that may be empty: SQLite adds them without making the tables anew, and so keeps its triggers.
    operations = [
        migrations.AddField(
            model_name="attachment",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, editable=False, help_text="Deleted by its owner, and kept for a hold.", null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, editable=False, help_text="Gone for ever for its owner, and kept for a hold.", null=True),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(condition=models.Q(("withdrawn_at__isnull", False)), fields=["withdrawn_at"], name="conversation_withdrawn"),
        ),
    ]
