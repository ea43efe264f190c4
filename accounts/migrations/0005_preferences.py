from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_ways_in")]

    operations = [
        migrations.AddField(
            "user",
            "time_zone",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Empty: what the browser says.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            "user",
            "send_key",
            models.CharField(
                choices=[
                    ("enter", "Enter sends, Shift+Enter breaks the line"),
                    ("ctrl-enter", "Ctrl+Enter or ⌘+Enter sends, Enter breaks the line"),
                ],
                db_default="enter",
                default="enter",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "user",
            "announcement",
            models.CharField(
                choices=[
                    ("whole", "The whole answer"),
                    ("short", "A short answer in full, of a long one that it is ready"),
                    ("notice", "Only that it is ready"),
                ],
                db_default="short",
                default="short",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "user",
            "default_model",
            models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
