"""How answers are made: system prompt, parameters, and what is kept of them under a name."""

from collections.abc import Sequence

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from conversations.services.parameters import Abilities

from .fields import LinesField, NumberField

LEVELS = [("", _("Not asked for")), ("low", _("A little")), ("medium", _("Some")), ("high", _("A lot"))]


class SettingsForm(forms.Form):
    """What a person may choose beside the model; `keep_only` takes away what the model does not take."""

    PARAMETERS = ("effort", "temperature", "top_p", "max_tokens", "stop")

    system_prompt = forms.CharField(
        label=_("System prompt"),
        help_text=_("What the model is told before the conversation begins: who it is, how it should write."),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
    )
    effort = forms.ChoiceField(
        label=_("Thinking"),
        help_text=_("More takes longer and costs more. While it thinks, temperature and Top P are its own."),
        required=False,
        choices=LEVELS,
    )
    temperature = NumberField(_("Temperature"))
    top_p = NumberField(_("Top P"))
    max_tokens = NumberField(_("Longest answer, in tokens"), mode="numeric")
    stop = LinesField(_("Stop at"), _("Up to four pieces of text, one a line; the answer ends before them."))

    def keep_only(self, abilities: Abilities) -> None:
        """Take away what a model does not take, and tell the ranges of the rest."""
        for name in ("temperature", "top_p"):
            if name in abilities.ranges:
                low, high = abilities.ranges[name]
                self.fields[name].help_text = _("From %(low)s to %(high)s; empty: as the model likes.") % {
                    "low": number_format(f"{low:g}"),
                    "high": number_format(f"{high:g}"),
                }
            else:
                del self.fields[name]
        if abilities.efforts:
            levels = [(level, label) for level, label in LEVELS if level in ("", *abilities.efforts)]
            self.fields["effort"].choices = levels  # type: ignore[attr-defined]
        else:
            del self.fields["effort"]
        self.fields["max_tokens"].help_text = _(
            "At most %(most)s, which is also what it is when left empty."
        ) % {"most": intcomma(abilities.longest_answer)}

    @property
    def chosen(self) -> dict[str, object]:
        """What was chosen of the parameters; None is what was left empty."""
        return {name: self.cleaned_data.get(name) for name in self.PARAMETERS if name in self.fields}


class PresetForm(SettingsForm):
    """A preset of one's own: for a model of those offered, or for whichever the site has."""

    name = forms.CharField(label=_("Name"), max_length=500)
    description = forms.CharField(label=_("What it is for"), max_length=1_000, required=False)
    model = forms.ChoiceField(label=_("Model"), required=False)
    group = forms.ChoiceField(
        label=_("Shared with"), required=False, help_text=_("They may begin with it; only you can change it.")
    )
    field_order = ("name", "description", "system_prompt", "model", *SettingsForm.PARAMETERS, "group")

    def offer(self, *, models: Sequence[tuple[str, str]], groups: Sequence[tuple[str, str]]) -> None:
        """Let the person choose among `models` and, where there are any, `groups`."""
        self.fields["model"].choices = [("", _("The one of the site")), *models]  # type: ignore[attr-defined]
        self.fields["group"].choices = [("", _("Nobody")), *groups]  # type: ignore[attr-defined]
        if not groups:
            del self.fields["group"]


class PromptForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=500,
        help_text=_("What is typed after / to find it."),
        widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("Text"),
        strip=False,
        help_text=_("Words in double braces, such as {{topic}}, are asked for when it is used."),
        widget=forms.Textarea({"rows": 8, "dir": "auto"}),
    )
