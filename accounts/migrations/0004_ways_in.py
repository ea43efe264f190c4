import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0003_setup_link"),
    ]

    operations = [
        migrations.AddField(
            "user",
            "waits_for",
            models.CharField(
                blank=True,
                choices=[
                    ("", "nothing"),
                    ("mail", "its e-mail address to be confirmed"),
                    ("approval", "an administrator"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="SiteSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "signup",
                    models.CharField(
                        choices=[
                            ("open", "Everybody signs up and is in"),
                            (
                                "approval",
                                "Everybody signs up and waits until an administrator lets them in",
                            ),
                            ("invite", "Only who was invited"),
                            ("closed", "Nobody, not even who was invited"),
                        ],
                        max_length=10,
                        verbose_name="who may sign up",
                    ),
                ),
                (
                    "mail_domains",
                    models.TextField(
                        blank=True,
                        help_text=(
                            "One in each line, such as example.org; none means any. Who signs up needs an "
                            "address there and confirms it by mail before the account opens. Without mail an "
                            "administrator lets them in. Who was invited may have any address."
                        ),
                        verbose_name="mail domains",
                    ),
                ),
            ],
            options={
                "verbose_name": "settings of the site",
                "verbose_name_plural": "settings of the site",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="settings_are_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                ("is_staff", models.BooleanField(default=False, verbose_name="administration")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="ends")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                (
                    "accepted_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(blank=True, to="auth.group", verbose_name="groups"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "invitation", "verbose_name_plural": "invitations"},
        ),
    ]
