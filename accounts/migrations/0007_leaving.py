from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_language")]

    operations = [
        migrations.AddField("user", "leaves_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "user", "forgotten_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
    ]
