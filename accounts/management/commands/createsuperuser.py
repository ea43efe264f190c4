from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from accounts.models import User
from accounts.on_record import put_rights_on_record


class Command(createsuperuser.Command):
    """Django's, on record for whom it makes."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        newest = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        said = super().handle(*args, **options)
        made = User.objects.filter(pk__gt=newest, is_superuser=True).values_list("pk", flat=True)
        put_rights_on_record(dict.fromkeys(made, "member"), how="by a command")
        return said
