"""Who may open a link, and for how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ShareForm(forms.Form):
    """Who may open a link, and for how long. What the site does not allow is no choice."""

    OUT_OF_DATE = {"invalid": _("This page was out of date. Please try again.")}

    days = forms.ChoiceField(
        label=_("How long it works"),
        choices=[("1", _("1 day")), ("7", _("7 days")), ("30", _("30 days")), ("", _("Until I end it"))],
        required=False,
    )
    leaf = forms.UUIDField(widget=forms.HiddenInput, required=False, error_messages=OUT_OF_DATE)

    def __init__(self, *args: Any, scopes: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"] = forms.ChoiceField(label=_("Who can open it"), choices=scopes)

    @property
    def lasts(self) -> timedelta | None:
        """How long the link works, or None when it has no end."""
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None
