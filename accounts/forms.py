"""The forms of the ways in: allauth's, in our words, and the one of the first administrator."""

from typing import Any, cast

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import SetPasswordField
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .models import Theme, User
from .roles import GROUPS
from .signing_up import site_settings

PASSWORD_HELP = _("At least 10 characters; not your name and not one that everybody uses.")
MAX_LOGIN_LENGTH = 254
# The keys by which password managers know what belongs into a field.
AUTOCOMPLETE = {
    "login": "username",
    "username": "username",
    "password": "current-password",
    "oldpassword": "current-password",
    "password1": "new-password",
    "code": "one-time-code",
}
LABELS = {"email": _("E-mail address"), "oldpassword": _("Current password")}


class Calm(forms.Form):
    """Labels instead of placeholders, one sentence of help, and what password managers want to know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in AUTOCOMPLETE:
                field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]
            if name in {"login", "username"}:
                field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
            if name in LABELS:
                field.label = LABELS[name]
            if name == "password1":
                field.help_text = PASSWORD_HELP


class LoginForm(Calm, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Username or e-mail"), max_length=MAX_LOGIN_LENGTH, widget=self.fields["login"].widget
        )
        self.fields["password"].help_text = ""
        self.order_fields(["login", "password"])


class SignupForm(Calm, allauth_forms.SignupForm):  # type: ignore[misc]  # its clean() promises a dict
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site_settings()
        if self.site.domains:
            self.fields["email"].required = True
            self.fields["email"].label = _("E-mail")
            self.fields["email"].help_text = _("An address at %(domains)s.") % {
                "domains": ", ".join(self.site.domains)
            }
        elif settings.HAS_MAIL:
            self.fields["email"].label = _("E-mail (optional)")
            self.fields["email"].help_text = _("To get back in when you forget your password.")
        else:
            del self.fields["email"]

    def clean_email(self) -> str:
        email = str(super().clean_email())
        if email and self.site.domains and email.rpartition("@")[2] not in self.site.domains:
            raise forms.ValidationError(self.fields["email"].help_text)
        return email

    def validate_unique_email(self, value: str) -> str:
        if settings.HAS_MAIL:
            return str(super().validate_unique_email(value))
        # Said aloud it would tell who has an account, and without mail nobody can prove whose it is.
        taken = Q(email__iexact=value) | Q(emailaddress__email__iexact=value)
        return "" if User.objects.filter(taken).exists() else value


class ResetPasswordForm(Calm, allauth_forms.ResetPasswordForm):
    def clean(self) -> dict[str, Any] | None:
        if not settings.HAS_MAIL:
            raise forms.ValidationError(_("Ask the administrator of this site for a reset link."))
        return super().clean()


class ResetPasswordKeyForm(Calm, allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed once: it can be looked at, and a slip is mended by another link.
        del self.fields["password2"]
        self.fields["password1"].label = _("New password")


class ChangePasswordForm(Calm, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["password1"].label = _("New password")


class AddEmailForm(Calm, allauth_forms.AddEmailForm):
    pass


class ReauthenticateForm(Calm, allauth_forms.ReauthenticateForm):
    pass


class RequestLoginCodeForm(Calm, allauth_forms.RequestLoginCodeForm):
    def clean(self) -> dict[str, Any] | None:
        if not settings.HAS_MAIL:
            raise forms.ValidationError(_("This site sends no mail. Sign in with your password."))
        return cast(dict[str, Any], super().clean())  # type: ignore[no-untyped-call]


class ConfirmLoginCodeForm(Calm, allauth_forms.ConfirmLoginCodeForm):
    pass


class NewPersonForm(Calm):
    """Name and password of somebody who comes in by a link."""

    username = forms.CharField(label=_("Username"), max_length=150)
    password1 = SetPasswordField(label=_("Password"))
    email = forms.EmailField(required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail (optional)")

    def clean_username(self) -> str:
        return str(get_adapter().clean_username(self.cleaned_data["username"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password1"):
            person = User(username=cleaned.get("username", ""), email=cleaned.get("email", ""))
            try:
                get_adapter().clean_password(password, user=person)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class FirstAdminForm(NewPersonForm):
    username = forms.CharField(label=_("Username"), max_length=150, initial="admin")


class GroupsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django's own takes none
    """Groups to choose; those of a role are called what the role is called everywhere."""

    def label_from_instance(self, group: Group) -> str:
        return next((str(role.label) for role, name in GROUPS.items() if name == group.name), group.name)


class InviteForm(forms.Form):
    """What an invitation gives."""

    email = forms.EmailField(
        label=_("E-mail (optional)"),
        required=False,
        help_text=_("Then the invitation is for this address only, and the address counts as confirmed."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    groups = GroupsField(
        label=_("Groups"),
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_staff = forms.BooleanField(label=_("May open the administration"), required=False)
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        coerce=int,
        choices=[(1, _("a day")), (7, _("a week")), (30, _("30 days"))],
        initial=7,
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email and EmailAddress.objects.filter(email=email, verified=True).exists():
            raise forms.ValidationError(_("Somebody here has this address already."))
        return email


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme.choices)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
