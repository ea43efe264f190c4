"""The way back for who forgot the password where no mail is sent: a link that an administrator hands over."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet
from django.urls import reverse

from .models import User
from .roles import with_roles

SHOWN = 50


def reset_path(person: User) -> str:
    """Return the path of a link with which `person` sets a new password, once."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": token}
    )


def hand_out(person: User, *, by: User) -> str:
    """Return `reset_path` of `person`, and keep on record who asked for it."""
    LogEntry.objects.log_actions(by.pk, [person], CHANGE, "Link for a new password.", single_object=True)
    return reset_path(person)


def find_people(words: str) -> QuerySet[User]:
    """Return at most fifty open accounts whose name or address holds `words`, by name."""
    people = with_roles(User.objects.filter(is_active=True)).order_by("username_key")
    if words := words.replace("\0", "").strip():
        people = people.filter(
            Q(username__icontains=words)
            | Q(email__icontains=words)
            | Q(first_name__icontains=words)
            | Q(last_name__icontains=words)
        )
    return people[:SHOWN]
