"""Who must prove more than a password: REQUIRE_SECOND_FACTOR says of whom it is asked."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from .models import User

KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def needs_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether the site asks `user` for a second factor."""
    if settings.REQUIRE_SECOND_FACTOR == "all":
        return user.is_authenticated
    return settings.REQUIRE_SECOND_FACTOR == "staff" and (user.is_staff or user.is_superuser)


def has_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether an app or a passkey is set up: sign-in then asks for it, whatever came before."""
    return isinstance(user, User) and bool(is_mfa_enabled(user, KINDS))
