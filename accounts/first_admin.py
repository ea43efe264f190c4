"""How the first administrator comes in: by a one-time link that is printed where the site was started.

Only the hash of its token is stored; the newest link counts; the first person, however made, ends it.
"""

import secrets
from hashlib import sha256

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from .models import SetupLink, User
from .on_record import put_rights_on_record


def setup_path() -> str | None:
    """Return the path of a new set-up link, or None when somebody has an account already."""
    if User.objects.exists():
        return None
    token = secrets.token_urlsafe(32)
    SetupLink.objects.update_or_create(pk=1, defaults={"token_hash": digest(token)})
    return reverse("accounts:set_up", args=[token])


def opens(token: str) -> bool:
    """Tell whether `token` is the one of the newest link and the place is still free."""
    link = SetupLink.objects.first()
    return fits(link, token) and not User.objects.exists()


@transaction.atomic
def make_first_admin(token: str, *, username: str, password: str, email: str = "") -> User | None:
    """Create the first administrator and end the link; None when somebody else was faster."""
    # The row is the lock: on PostgreSQL a second comer waits here; on SQLite the transaction itself waits.
    link = SetupLink.objects.select_for_update().first()
    if link is None or not fits(link, token) or User.objects.exists():
        return None
    link.delete()
    admin = User.objects.create_superuser(username, email=email.lower(), password=password)
    put_rights_on_record({admin.pk: "member"}, how="as the first administrator")
    return admin


def fits(link: SetupLink | None, token: str) -> bool:
    return constant_time_compare(link.token_hash if link else "", digest(token))


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
