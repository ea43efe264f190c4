"""People."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import LookAlikeKeyField
from .names import look_alike_key


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class People(UserManager["User"]):
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person of that name in any spelling that counts as the same."""
        return self.get(username_key=look_alike_key(username or ""))


class User(AbstractUser):
    """A person who signs in."""

    # The validators cap a name at 150 characters; case folding can make three of one.
    username_key = LookAlikeKeyField(max_length=600, unique=True, editable=False)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    language = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text=_("Empty: as the browser asks.")
    )

    objects: ClassVar[People] = People()

    @property
    def name(self) -> str:
        return self.get_full_name() or self.username


class SetupLink(models.Model):
    """The one way in while there is nobody: at most one row, gone with the first administrator."""

    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"SetupLink of {self.made_at:%Y-%m-%d %H:%M}"
