"""Free the room of files that nothing carries any more: `manage.py tidy_files`, once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from conversations.services.attachments.tidying import delete_nameless_bytes, forget_unsent


class Command(BaseCommand):
    help = "Delete attached files that were not sent within a day, or whose conversation is gone."

    def handle(self, *args: Any, **options: Any) -> None:
        unsent, nameless = forget_unsent(), delete_nameless_bytes()
        self.stdout.write(f"Deleted {unsent} files that no message carries and {nameless} that no row names.")
