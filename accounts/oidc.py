"""Sign-in by the organisation's own provider (OpenID Connect). Loaded only where OIDC_ISSUER is set."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest

from . import signing_up
from .models import SignupMode, User, Wait


class OidcAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Somebody new: as the site is set to; with OIDC_ADMITS whoever the provider knows."""
        site = signing_up.site_settings()
        if site.signup == SignupMode.CLOSED:
            return False
        if not User.objects.exists():  # the first is the administrator, who comes by the set-up link
            return False
        if settings.OIDC_ADMITS:
            return True
        return signing_up.is_open() and (not site.domains or self.is_proven(sociallogin, site.domains))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:  # noqa: ANN401
        person: User = super().save_user(request, sociallogin, form)
        person.waits_for = Wait.NOTHING if settings.OIDC_ADMITS else self.wait_of(person)
        person.is_active = not person.waits_for
        person.save(update_fields=["waits_for", "is_active"])
        return person

    def wait_of(self, person: User) -> Wait:
        wait = signing_up.first_wait()
        if wait == Wait.MAIL and EmailAddress.objects.filter(user=person, verified=True).exists():
            opens = signing_up.site_settings().signup == SignupMode.OPEN
            return Wait.NOTHING if opens else Wait.APPROVAL
        return wait

    @staticmethod
    def is_proven(sociallogin: SocialLogin, domains: list[str]) -> bool:
        proven = [address.email.lower() for address in sociallogin.email_addresses if address.verified]
        return any(email.rpartition("@")[2] in domains for email in proven)
