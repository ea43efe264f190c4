"""People and how they sign in. Secrets of a person (session keys, authenticator secrets) are never shown."""

from typing import Any

# allauth registers its own pages when they are imported; those that show secrets or open accounts are
# replaced below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.validators import validate_domain_name as validate_domain
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Invitation, SetupLink, SiteSettings, User
from .roles import administrators, reads
from .signing_up import site_settings


class NameOnce(forms.BaseModelForm):  # type: ignore[type-arg]
    """A name may not look like somebody else's, here as at sign-up."""

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if username == self.initial.get("username"):
            return username
        return str(get_adapter().clean_username(username))


class PersonCreationForm(NameOnce, AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta(AdminUserCreationForm.Meta):
        model = User


class PersonChangeForm(NameOnce, UserChangeForm):  # type: ignore[type-arg]
    class Meta(UserChangeForm.Meta):
        model = User

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        rights = {"is_active", "is_staff", "is_superuser", "groups", "user_permissions"}
        able = set(administrators().values_list("pk", flat=True))
        if able == {self.instance.pk} and rights.intersection(self.changed_data):
            raise forms.ValidationError(
                _("%s is the only administrator. Make somebody else one first.") % self.instance.username
            )
        return cleaned


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ("username", "email", "is_active", "waits_for", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    ordering = ("-date_joined",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("About"), {"fields": ("first_name", "last_name", "email", "theme", "language")}),
        (
            _("Rights"),
            {
                "fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
                "description": _(
                    "An account is closed by taking “Active” away: it cannot be deleted here, "
                    "because its conversations would go with it."
                ),
            },
        ),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).filter(forgotten_at=None)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Who could set the password of a superuser would be one, and with a reviewer's would read as them.
        above = obj is not None and not request.user.is_superuser and (obj.is_superuser or reads(obj))
        return not above and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = tuple(super().get_readonly_fields(request, obj))
        # Who waits is let in, and who leaves is opened again, on the pages that know of both.
        if obj is not None and (obj.waits_for or obj.leaves_at):
            fixed += ("is_active",)
        return fixed if request.user.is_superuser else (*fixed, "is_superuser", "user_permissions")


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that are looked at or deleted, never written."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False


class RecordAdmin(ReadOnlyAdmin):
    """Rows that are looked at, and stay."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False


@admin.register(SetupLink)
class SetupLinkAdmin(ReadOnlyAdmin):
    fields = list_display = ("made_at",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False


class SiteSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_mail_domains(self) -> str:
        """Keep the domains one in each line, as they are compared: in small letters, without an @."""
        words = str(self.cleaned_data["mail_domains"]).replace(",", " ").lower().split()
        domains = [word.removeprefix("@") for word in words]
        for domain in domains:
            validate_domain(domain)
        return "\n".join(domains)


@admin.register(SiteSettings)
class SiteSettingsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row. Until it is saved for the first time, the environment counts."""

    form = SiteSettingsForm
    fields = ("signup", "mail_domains")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ANN401
        row = SiteSettings.objects.first()
        if row is None:
            return redirect("admin:accounts_sitesettings_add")
        return redirect(reverse("admin:accounts_sitesettings_change", args=[row.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"signup": site_settings().signup}

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:  # noqa: ANN401
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """They are made and ended on the pages of the administrators."""

    fields = list_display = (
        "email",
        "is_staff",
        "made_by",
        "made_at",
        "expires_at",
        "revoked_at",
        "accepted_by",
    )
    list_select_related = ("made_by", "accepted_by")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False


admin.site.unregister([Authenticator, EmailAddress, UserSession])


class WayInAdmin(ReadOnlyAdmin):
    """Ways in of somebody: who could change those of a superuser would be one."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        above = obj is not None and obj.user.is_superuser and not request.user.is_superuser
        return not above and super().has_delete_permission(request, obj)


@admin.register(EmailAddress)
class EmailAddressAdmin(WayInAdmin):
    """An address that was only written here is nobody's proof: people add and confirm their own."""

    list_display = fields = ("user", "email", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    search_fields = ("user__username", "email")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in {"primary__exact", "verified__exact"}


@admin.register(Authenticator)
class AuthenticatorAdmin(WayInAdmin):
    """Deleting one lets somebody in who lost their phone."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = ("user", "type", "created_at", "last_used_at")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup.startswith("type__")


@admin.register(UserSession)
class UserSessionAdmin(RecordAdmin):
    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    list_select_related = ("user",)
    search_fields = ("user__username", "ip")
    fields = ("user", "created_at", "last_seen_at", "ip", "user_agent")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False
