"""Groups, of which some let their people read what others wrote, or look after people."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as PlainGroupAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.on_record import rights_on_record
from accounts.roles import LOOKING_AFTER, READING, all_depend_on, lock_administrators, named

admin.site.unregister(Group)


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        keeps = named(LOOKING_AFTER).filter(pk__in=cleaned.get("permissions", [])).exists()
        if self.instance.pk and not keeps and all_depend_on(self.instance):
            raise forms.ValidationError(
                _("Then nobody would look after people. Make somebody an administrator first.")
            )
        return cleaned


@admin.register(Group)
class GroupAdmin(PlainGroupAdmin):
    form = GroupForm
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "permissions"),
                "description": _(
                    "What a group may, its people may. When they come to read what others wrote or to look "
                    "after people, or lose it, that is on record for each of them. A group that lets them "
                    "cannot be deleted: take that from it first."
                ),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        rights = named(READING) | named(LOOKING_AFTER)
        gives = obj is not None and obj.permissions.filter(pk__in=rights).exists()
        return not gives and super().has_delete_permission(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        group = self.get_object(request, unquote(object_id)) if object_id else None
        if request.method != "POST" or group is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        by, how = cast(User, request.user), f"by the group {group.name}"
        with transaction.atomic():
            lock_administrators()
            with rights_on_record(User.objects.filter(groups=group), by=by, how=how):
                return super().changeform_view(request, object_id, form_url, extra_context)
