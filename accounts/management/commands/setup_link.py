from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.first_admin import setup_path


class Command(BaseCommand):
    help = "Print a new one-time link that makes the first administrator; earlier links end."

    def handle(self, *args: Any, **options: Any) -> None:
        path = setup_path()
        if path is None:
            raise CommandError("Somebody has an account already. `reset_link USERNAME` makes a way back in.")
        self.stdout.write(f"{settings.SITE_URL}{path}")
