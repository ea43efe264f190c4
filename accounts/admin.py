"""People and how they sign in. Secrets of a person (session keys, authenticator secrets) are never shown."""

from typing import Any

# allauth registers its own pages when they are imported; two of them show secrets and are replaced below.
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import SetupLink, User


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


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ("username", "email", "is_active", "is_staff", "date_joined", "last_login")
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


admin.site.unregister([Authenticator, UserSession])


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
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
