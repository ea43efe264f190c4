"""What people type, as forms."""

import math
import re
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .services.asking import MESSAGE_CHARACTERS
from .services.parameters import Abilities

Label = Any  # a lazy translation is of a type that Django keeps to itself
LEVELS = [("", _("Not asked for")), ("low", _("A little")), ("medium", _("Some")), ("high", _("A lot"))]


class WordsField(forms.CharField):
    """Text as typed: nothing is stripped but NUL, which no database keeps."""

    def __init__(self) -> None:
        super().__init__(strip=False, required=False)

    def to_python(self, value: object) -> str:
        return str(super().to_python(value) or "").replace("\0", "")


class MessageForm(forms.Form):
    """A message to send. `key` makes a second sending of the same form harmless."""

    longest = MESSAGE_CHARACTERS

    text = WordsField()
    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("This page was out of date. Please send again."),
            "invalid": _("This page was out of date. Please send again."),
        },
    )
    leaf = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @classmethod
    def fresh(cls, *, text: str = "", leaf: object = "") -> "MessageForm":
        """Return an unsent form with a key of its own."""
        return cls(initial={"text": text, "key": uuid4(), "leaf": leaf})

    def afresh(self, sentence: str = "", *, leaf: object = None) -> "MessageForm":
        """Return this form to be sent again: the typed text, a new key, and `sentence` as what was wrong."""
        errors = [sentence] if sentence else [str(error) for field in self.errors.values() for error in field]
        data = {"text": self.data.get("text", ""), "key": uuid4(), "leaf": leaf if leaf is not None else ""}
        form = MessageForm(data)
        form.full_clean()
        for error in errors:
            form.add_error(None, error)
        return form


class RenameForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=500)


class NumberField(forms.CharField):
    """A number as people write it, with a point or a comma; anything else keeps what was typed."""

    written = re.compile(r"[+-]?(\d{1,300}([.,]\d{0,300})?|[.,]\d{1,300})([eE][+-]?\d{1,3})?")

    def __init__(self, label: Label, help_text: Label = "", *, mode: str = "decimal") -> None:
        widget = forms.TextInput({"inputmode": mode, "autocomplete": "off"})
        super().__init__(label=label, help_text=help_text, required=False, widget=widget)

    def clean(self, value: object) -> float | None:
        text = str(super().clean(value) or "").replace("\u2212", "-").strip()
        if not text:
            return None
        if not text.isascii() or not self.written.fullmatch(text):
            raise forms.ValidationError(_("Write a number, such as 0.7, or leave it empty."))
        number = float(text.replace(",", "."))
        if not math.isfinite(number):
            raise forms.ValidationError(_("Nobody can count that far. Write a smaller number."))
        return number

    def prepare_value(self, value: object) -> object:
        return int(value) if isinstance(value, float) and value.is_integer() else value


class LinesField(forms.CharField):
    """A list, one a line."""

    def __init__(self, label: Label, help_text: Label) -> None:
        widget = forms.Textarea({"rows": 2, "dir": "auto"})
        super().__init__(label=label, help_text=help_text, required=False, widget=widget)

    def clean(self, value: object) -> list[str]:
        lines = str(super().clean(value) or "").replace("\0", "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def prepare_value(self, value: object) -> object:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


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
                self.fields[name].help_text = _("From %(low)g to %(high)g; empty: as the model likes.") % {
                    "low": low,
                    "high": high,
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
        ) % {"most": f"{abilities.longest_answer:,}"}

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
