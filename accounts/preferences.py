"""What people choose for themselves, on every device where they sign in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User
from .zones import zones_by_region


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    """`models` are the names and labels of what the person may choose to be answered by."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    default_model = forms.ChoiceField(
        label=_("Model"), required=False, help_text=_("For new conversations. Each can be given another one.")
    )

    class Meta:
        model = User
        fields = ("theme", "time_zone", "send_key", "default_model", "announcement")
        labels = {
            "theme": _("Appearance"),
            "send_key": _("Sending"),
            "announcement": _("When an answer has ended, a screen reader says"),
        }
        help_texts = {"send_key": _("On a touch screen the button sends.")}
        widgets = dict.fromkeys(("theme", "send_key", "announcement"), forms.RadioSelect)

    def __init__(self, *args: Any, models: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones: list[Any] = [("", _("As this browser says")), *zones_by_region()]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        if len(models) > 1:
            names = [("", _("The site’s")), *models]
            self.fields["default_model"].choices = names  # type: ignore[attr-defined]
            self.initial["default_model"] = next(
                (name for name, _label in models if name == self.instance.default_model), ""
            )
        else:
            del self.fields["default_model"]
