from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import signing_up
from .backends import find_person
from .claims import claimed, take_groups
from .known_browsers import known_browser, remember
from .models import User, Wait
from .names import check_alphabets, check_not_an_address, look_alike_key, normal_form
from .second_factor import keep_proof
from .throttle import FAILED_LOGIN_WAIT_S, too_many_requests

MAX_PASSWORD_LENGTH = 1000
OTHER_PROOFS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
WRONG = _("This name and password do not match, or the account is closed.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "username_taken": _("This name is taken."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return signing_up.is_open()

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        if isinstance(user, User):
            user.waits_for = signing_up.first_wait()
            user.is_active = not user.waits_for
        super().save_user(request, user, form, commit=False)
        if commit:
            with transaction.atomic():  # of its own: two may take one name in the same moment
                user.save()
        return user

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse | None:
        if not isinstance(user, User) or not user.waits_for:
            return super().pre_login(request, user, **facts)
        clear_login(request)
        address = EmailAddress.objects.filter(user=user, verified=False).first()
        if settings.HAS_MAIL and address and (facts["signup"] or user.waits_for == Wait.MAIL):
            send_verification_email_to_address(request, address, signup=facts["signup"])
        if user.waits_for == Wait.MAIL:
            return redirect("account_email_verification_sent")
        return redirect("accounts:waiting")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            signing_up.go_on(User.objects.get(pk=email_address.user_id))
        return confirmed

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the name as it will be stored; no two names may look alike."""
        username = normal_form(username)
        if len(username) > 150:
            raise ValidationError(_("A username can have 150 characters."), code="max_length")
        check_not_an_address(username)
        check_alphabets(username)
        username = super().clean_username(username, shallow=True)
        if not shallow and User.objects.filter(username_key=look_alike_key(username)).exists():
            raise self.validation_error("username_taken")
        return username

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        if len(password) > MAX_PASSWORD_LENGTH:
            raise ValidationError(
                _("A password can have %(most)s characters.") % {"most": MAX_PASSWORD_LENGTH},
                code="max_length",
            )
        return super().clean_password(password, user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(too_many_requests(request, FAILED_LOGIN_WAIT_S)) from None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts by what was typed; we count by who is meant, or one account would have as many
        # allowances as its name has spellings, and one more for its e-mail address.
        login = credentials.get("username") or credentials.get("email") or ""
        person = find_person(login)
        if person is None:
            return f"name:{look_alike_key(login)}"
        return f"person:{person.pk}:{known_browser(request, person)}"

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse:
        response = super().post_login(request, user, **facts)
        if isinstance(user, User):
            began = facts.get("signal_kwargs") or {}
            if sociallogin := began.get("sociallogin"):
                take_groups(user, claimed(sociallogin.account.extra_data))
            keep_proof(request, began)
            remember(request, response, user)
        return response

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "accounts.second_factor.SecondStepStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": OTHER_PROOFS[method["id"]]} for method in methods]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # Without a mail server Django would print the links that are in the letters.
        if settings.HAS_MAIL:
            site = get_current_site(self.request)
            site.name = settings.SITE_NAME
            super().send_mail(template_prefix, email, {"current_site": site, **context})

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:account")


def client_address(request: HttpRequest) -> str | None:
    """Return where a request comes from; a forwarded address counts only behind a proxy of ours."""
    try:
        return str(AccountAdapter(request).get_client_ip(request))
    except PermissionDenied:
        return None


def tell_approved(request: HttpRequest, person: User) -> None:
    """Write to `person` that the account is open, if there is mail and an address."""
    if person.email:
        link = f"{settings.SITE_URL}{reverse('account_login')}" if settings.SITE_URL else ""
        facts = {"person": person, "site_name": settings.SITE_NAME, "link": link}
        AccountAdapter(request).send_mail("account/email/approved", person.email, facts)
