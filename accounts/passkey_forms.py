"""allauth's forms of passkeys. A browser sends what it likes: nonsense is a wrong passkey, not a failure."""

import struct
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import Calm

# What the libraries raise that take a credential apart.
NONSENSE = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, struct.error)
T = TypeVar("T")


def read(clean: Callable[[], T]) -> T:
    try:
        return clean()
    except NONSENSE:
        raise get_adapter().validation_error("incorrect_code") from None


class LoginForm(allauth_forms.LoginWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return read(super().clean_credential)


class SecondStepForm(allauth_forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return read(super().clean_credential)


class ReauthenticateForm(allauth_forms.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return read(super().clean_credential)


class AddForm(Calm, allauth_forms.AddWebAuthnForm):
    """A passkey is found by itself at sign-in, and asks for a finger, a face or a PIN."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("Something by which you know it again: “Phone”, “Blue key”.")
        self.initial["name"] = ""
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.initial["passwordless"] = True

    def clean(self) -> dict[str, Any]:
        return read(super().clean)


class RenameForm(Calm, allauth_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)
