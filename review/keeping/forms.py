"""What a hold is placed by."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.backends import find_person
from accounts.models import User
from review.access import PERMISSION as READING
from review.finding.asked import DAYS
from review.models import SavedFilter
from review.models.keeping import REASON_LENGTH


class ReasonForm(forms.Form):
    """Why something is kept, and until when."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LENGTH,
        help_text=_("A case, a letter, a complaint: nobody but who may place holds reads it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    until = forms.DateField(
        label=_("Until the end of (optional)"),
        required=False,
        validators=[MaxValueValidator(DAYS[1].limit_value)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Without a day it stands until somebody ends it."),
    )

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(gettext("The end of a hold is in the future."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class HoldForm(ReasonForm):
    """A hold on a person or, for who may read, on what one of their filters finds."""

    person = forms.CharField(label=_("On all of a person"), required=False, max_length=150)
    saved = forms.ModelChoiceField(
        label=_("or on what a saved filter finds"),
        required=False,
        queryset=SavedFilter.objects.none(),
        to_field_name="public_id",
        empty_label=_("None"),
    )
    field_order = ("person", "saved", "reason", "until")

    def __init__(self, data: Any, *, by: User) -> None:  # noqa: ANN401 - as Django's forms take it
        super().__init__(data)
        if by.has_perm(READING):
            usable = SavedFilter.objects.usable_by(by)
            self.fields["saved"].queryset = usable  # type: ignore[attr-defined]
            self.fields["saved"].label_from_instance = lambda saved: saved.name  # type: ignore[attr-defined]
        else:
            del self.fields["saved"]

    def clean_person(self) -> User | None:
        name = self.cleaned_data["person"]
        if not name:
            return None
        person = find_person(name)
        if person is None or person.forgotten_at is not None:
            raise forms.ValidationError(gettext("There is nobody of that name."))
        return person

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if "person" in values and bool(values["person"]) == bool(values.get("saved")) and not self.errors:
            raise forms.ValidationError(gettext("Say what is to be kept: a person or a filter, one of them."))
        return values
