"""How people sign in. Secrets of a person (session keys, authenticator secrets) are never shown."""

from typing import Any, cast

# allauth registers its own pages when they are imported; those that show secrets or open accounts are
# replaced below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from accounts.access import may_act_as
from accounts.models import User

from .rows import ReadOnlyAdmin, RecordAdmin, UnnamedHistory

admin.site.unregister([Authenticator, EmailAddress, UserSession])


class WayInAdmin(UnnamedHistory, ReadOnlyAdmin):
    """Ways in of somebody: taken away by those alone who may make one."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        above = obj is not None and not may_act_as(cast(User, request.user), obj.user)
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
