"""The way back for who forgot the password where no mail is sent: a link that an administrator hands over."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from .models import User
from .on_record import put_on_record


def reset_path(person: User) -> str:
    """Return the path of a link with which `person` sets a new password, once."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": token}
    )


def hand_out(person: User, *, by: User) -> str:
    """Return `reset_path` of `person`, and keep on record who asked for it."""
    put_on_record(person, by=by, what="Link for a new password.")
    return reset_path(person)
