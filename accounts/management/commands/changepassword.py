import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.models import User
from accounts.on_record import put_on_record


class Command(changepassword.Command):
    """Django's, on record for whose password it is."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        name = options["username"] or getpass.getuser()
        said = super().handle(*args, **{**options, "username": name})
        person = User.objects.get(username=name)
        put_on_record(person, by=person, what="New password, by a command.")
        return said
