"""Which of the usage is looked at."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class UsageForm(forms.Form):
    """What of the usage is shown, as an address says it; what is odd in it is passed over."""

    RANGES = (7, 30, 90)
    BY = ("person", "group", "model")

    person = forms.CharField(label=_("Person"), required=False, max_length=150)
    group = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    model = forms.CharField(required=False, max_length=200)

    @property
    def days(self) -> int:
        asked = self.data.get("days", "")
        return next((days for days in self.RANGES if str(days) == asked), 30)

    @property
    def by(self) -> str:
        asked = self.data.get("by", "")
        return str(asked) if asked in self.BY else "person"

    @property
    def picked_group(self) -> int | None:
        """The key of the group that was picked."""
        self.full_clean()
        return self.cleaned_data.get("group")

    @property
    def picked(self) -> dict[str, str]:
        """What was picked, to be said again in an address."""
        self.full_clean()
        filters = {name: str(value) for name, value in self.cleaned_data.items() if value}
        return {"days": str(self.days), "by": self.by, **filters}

    def of(self, rows: Any) -> Any:  # noqa: ANN401 - forms know no models
        """Return those of `rows`, which are of usage, that were picked."""
        self.full_clean()
        picked = self.cleaned_data
        if person := picked.get("person"):
            exactly = rows.filter(person__username=person)  # as a line of the table says it
            rows = exactly if exactly.exists() else rows.filter(person__username__icontains=person)
        if group := picked.get("group"):
            rows = rows.filter(person__groups=group)
        if model := picked.get("model"):
            rows = rows.filter(model=model)
        return rows
