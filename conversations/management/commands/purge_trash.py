"""Remove for ever what has been in the trash long enough: `manage.py purge_trash`."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from conversations.services.trash import purge_trash


class Command(BaseCommand):
    help = "Remove for ever what was deleted more than TRASH_DAYS ago; a served site does it every day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=settings.TRASH_DAYS, help="instead of TRASH_DAYS; 0 empties the trash"
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        removed = purge_trash(deleted_before=timezone.now() - timedelta(days=max(0, days)))
        self.stdout.write(f"Removed {removed} conversation{'' if removed == 1 else 's'} for ever.")
