"""Who must prove more than a password: REQUIRE_SECOND_FACTOR says of whom it is asked.

Where the organisation's own sign-in has asked for it, as OIDC_SECOND_FACTOR tells, that counts for a session.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from .claims import proved_twice
from .models import User

BY_PROVIDER = "second_factor_by_provider"
KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def needs_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether the site asks `user` for a second factor."""
    if settings.REQUIRE_SECOND_FACTOR == "all":
        return user.is_authenticated
    return settings.REQUIRE_SECOND_FACTOR == "staff" and (user.is_staff or user.is_superuser)


def has_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether an app or a passkey is set up: sign-in then asks for it, whatever came before."""
    return isinstance(user, User) and bool(is_mfa_enabled(user, KINDS))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether who asks has yet to set a second factor up; at most one query."""
    if not needs_second_factor(request.user):
        return False
    by_provider = bool(settings.OIDC_SECOND_FACTOR) and request.session.get(BY_PROVIDER, False)
    return not by_provider and not has_second_factor(request.user)


def keep_proof(request: HttpRequest, facts: dict[str, Any]) -> None:
    """Let the session that has just begun know how it did: a later one of the same browser is another."""
    if was_proved(facts):
        request.session[BY_PROVIDER] = True
    else:
        request.session.pop(BY_PROVIDER, None)


def was_proved(facts: dict[str, Any] | None) -> bool:
    """Tell whether a sign-in, by what allauth keeps of it, came from a provider that asked for more."""
    sociallogin = (facts or {}).get("sociallogin")
    return sociallogin is not None and proved_twice(sociallogin.account.extra_data)


class SecondStepStage(AuthenticateStage):
    """allauth's second step, passed over by who has taken one at the provider."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        return (None, True) if was_proved(self.login.signal_kwargs) else super().handle()
