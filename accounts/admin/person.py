"""People. Who may change whom: accounts/access.py."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.access import may_act_as, may_act_on
from accounts.models import User
from accounts.on_record import rights_on_record
from accounts.roles import LOOKING_AFTER, is_last_administrator, lock_administrators, named


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
        if is_last_administrator(self.instance) and not self.looks_after(cleaned):
            raise forms.ValidationError(
                _("%s is the only administrator. Make somebody else one first.") % self.instance.username
            )
        return cleaned

    def looks_after(self, cleaned: dict[str, Any]) -> bool:
        """Whether the person would look after people with what was typed; what cannot be typed stays."""
        person = self.instance
        is_open, is_staff, is_superuser = (
            cleaned.get(name, getattr(person, name)) for name in ("is_active", "is_staff", "is_superuser")
        )
        groups = cleaned.get("groups", person.groups.all())
        permissions = cleaned.get("user_permissions", person.user_permissions.all())
        given = named(LOOKING_AFTER).filter(Q(group__in=groups) | Q(pk__in=permissions))
        return is_open and is_staff and (is_superuser or given.exists())


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
        above = obj is not None and not may_act_on(cast(User, request.user), obj)
        return not above and super().has_change_permission(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        person = self.get_object(request, unquote(id))
        if person is not None and not may_act_as(cast(User, request.user), person):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Change a person on record, and one at a time: two who demote each other would leave nobody."""
        person = self.get_object(request, unquote(object_id)) if object_id else None
        if request.method != "POST" or person is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        by, this_one = cast(User, request.user), User.objects.filter(pk=person.pk)
        with transaction.atomic():
            lock_administrators()
            with rights_on_record(this_one, by=by, how="in the administration"):
                return super().changeform_view(request, object_id, form_url, extra_context)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = tuple(super().get_readonly_fields(request, obj))
        # Who waits is let in, and who leaves is opened again, on the pages that know of both.
        if obj is not None and (obj.waits_for or obj.leaves_at):
            fixed += ("is_active",)
        # As they are stored: a form that was refused has written what was typed into `obj`.
        if obj is not None and not may_act_as(cast(User, request.user), User.objects.get(pk=obj.pk)):
            fixed += ("username", "email")
        return fixed if request.user.is_superuser else (*fixed, "is_superuser", "user_permissions")
