"""People."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, Group, Permission, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import LookAlikeKeyField
from .names import look_alike_key

# What even a superuser has only when somebody gave it to them. An app adds its own when it is ready.
ONLY_BY_NAME: set[str] = set()


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class SendKey(models.TextChoices):
    ENTER = "enter", _("Enter sends, Shift+Enter breaks the line")
    CTRL_ENTER = "ctrl-enter", _("Ctrl+Enter or ⌘+Enter sends, Enter breaks the line")


class Announcement(models.TextChoices):
    """What a screen reader is told when an answer has ended."""

    WHOLE = "whole", _("The whole answer")
    SHORT = "short", _("A short answer in full, of a long one that it is ready")
    NOTICE = "notice", _("Only that it is ready")


class SignupMode(models.TextChoices):
    OPEN = "open", _("Everybody signs up and is in")
    APPROVAL = "approval", _("Everybody signs up and waits until an administrator lets them in")
    INVITE = "invite", _("Only who was invited")
    CLOSED = "closed", _("Nobody, not even who was invited")


class Wait(models.TextChoices):
    """What an account that was never open waits for."""

    NOTHING = "", _("nothing")
    MAIL = "mail", _("its e-mail address to be confirmed")
    APPROVAL = "approval", _("an administrator")


class People(UserManager["User"]):
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person of that name in any spelling that counts as the same."""
        return self.get(username_key=look_alike_key(username or ""))

    def waiting(self) -> models.QuerySet[User]:
        """Return those who signed up and were never let in, in the order in which they came."""
        return self.exclude(waits_for=Wait.NOTHING).order_by("date_joined", "pk")


class User(AbstractUser):
    """A person who signs in."""

    # The validators cap a name at 150 characters; case folding can make three of one.
    username_key = LookAlikeKeyField(max_length=600, unique=True, editable=False)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    language = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text=_("Empty: as the browser asks.")
    )
    time_zone = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text=_("Empty: what the browser says.")
    )
    send_key = models.CharField(
        max_length=10, choices=SendKey.choices, default=SendKey.ENTER, db_default=SendKey.ENTER
    )
    announcement = models.CharField(
        max_length=10, choices=Announcement.choices, default=Announcement.SHORT, db_default=Announcement.SHORT
    )
    # A name: what models there are is not known here. One that is not offered any more counts for nothing.
    default_model = models.CharField(max_length=200, blank=True, default="", db_default="")

    # From the wish to leave on: closed to everybody else, and taken back by signing in before then.
    leaves_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What is left of who is gone: a name that says nothing, so that sums of the past stay true.
    forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Whoever waits is not active either: what asks for active people needs to know nothing of waiting.
    waits_for = models.CharField(
        max_length=10, choices=Wait.choices, default=Wait.NOTHING, db_default="", blank=True, editable=False
    )

    objects: ClassVar[People] = People()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Tell whether this person may: a superuser everything but what is given by name alone."""
        if self.is_superuser and perm in ONLY_BY_NAME:
            return self.is_active and self.was_given(perm)
        return super().has_perm(perm, obj)

    def was_given(self, perm: str) -> bool:
        """Tell whether somebody gave `perm` to this person or to a group of theirs."""
        app, _dot, codename = perm.partition(".")
        given = Permission.objects.filter(Q(user=self) | Q(group__user=self))
        return given.filter(content_type__app_label=app, codename=codename).exists()

    @property
    def name(self) -> str:
        return self.get_full_name() or self.username


class SetupLink(models.Model):
    """The one way in while there is nobody: at most one row, gone with the first administrator."""

    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"SetupLink of {self.made_at:%Y-%m-%d %H:%M}"


class SiteSettings(models.Model):
    """What an administrator changes while the site runs: one row; without it the environment counts."""

    signup = models.CharField(_("who may sign up"), max_length=10, choices=SignupMode.choices)
    mail_domains = models.TextField(
        _("mail domains"),
        blank=True,
        help_text=_(
            "One in each line, such as example.org; none means any. Who signs up needs an address there and "
            "confirms it by mail before the account opens. Without mail an administrator lets them in. Who "
            "was invited may have any address."
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("settings of the site")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="settings_are_one_row")]

    def __str__(self) -> str:
        return str(_("Settings of the site"))

    @property
    def domains(self) -> list[str]:
        return self.mail_domains.split()


class Invitation(models.Model):
    """A way in for one person. Only the hash of its token is kept: nobody reads the link from here."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), blank=True)
    groups = models.ManyToManyField(Group, verbose_name=_("groups"), blank=True)
    is_staff = models.BooleanField(_("administration"), default=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="invitations")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.OneToOneField(User, models.SET_NULL, null=True, related_name="invitation")

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"Invitation of {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"
