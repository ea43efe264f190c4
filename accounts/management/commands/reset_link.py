from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.backends import find_person
from accounts.on_record import put_on_record
from accounts.ways_back import reset_path


class Command(BaseCommand):
    help = "Print a link with which a person sets a new password, once. For sites that send no e-mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="The name or e-mail address of the person.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_person(options["username"])
        if person is None:
            raise CommandError(f"Nobody is called {options['username']!r}.")
        if not person.is_active:
            raise CommandError(f"The account of {person.username!r} is closed; open it in the admin first.")
        put_on_record(person, by=person, what="Link for a new password, by a command.")
        self.stdout.write(f"{settings.SITE_URL}{reset_path(person)}")
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stderr.write(f"Works once, within {hours} hours, unless {person.username} signs in before.")
