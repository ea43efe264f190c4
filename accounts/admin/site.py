"""How people come in: settings of the site, the set-up link, invitations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import validate_domain_name as validate_domain
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import Invitation, SetupLink, SiteSettings
from accounts.signing_up import site_settings

from .rows import ReadOnlyAdmin, RecordAdmin


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
