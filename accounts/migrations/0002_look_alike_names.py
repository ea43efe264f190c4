from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import accounts.fields
from accounts.names import look_alike_key


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    user = apps.get_model("accounts", "User")
    for person in user.objects.iterator():
        user.objects.filter(pk=person.pk).update(username_key=look_alike_key(person.username))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [
        migrations.AddField(
            "user",
            "username_key",
            accounts.fields.LookAlikeKeyField(max_length=600, null=True, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "user",
            "username_key",
            accounts.fields.LookAlikeKeyField(max_length=600, unique=True, editable=False),
        ),
    ]
