"""What people type, as forms."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from .services.asking import MESSAGE_CHARACTERS
from .services.feedback import ALL_REASONS, THUMBS
from .services.parameters import Abilities

NO_THUMB = "none"
PUBLIC_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
Label = Any  # a lazy translation is of a type that Django keeps to itself
LEVELS = [("", _("Not asked for")), ("low", _("A little")), ("medium", _("Some")), ("high", _("A lot"))]


class WordsField(forms.CharField):
    """Text as typed: nothing is stripped but NUL, which no database keeps."""

    def __init__(self) -> None:
        super().__init__(strip=False, required=False)

    def to_python(self, value: object) -> str:
        return str(super().to_python(value) or "").replace("\0", "")


class ChosenFilesField(forms.Field):
    """The ids of files that were uploaded before; what is none cannot have come from a page of ours."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: object) -> list[UUID]:
        ids: list[UUID] = []
        for text in value if isinstance(value, list) else []:
            try:
                ids.append(UUID(str(text)))
            except ValueError:
                raise forms.ValidationError(
                    _("A file that was attached is not there any more. Attach it again.")
                ) from None
        return ids


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
    file = ChosenFilesField(required=False)

    # What is attached already, as the page shows it again when the message was not taken.
    attached: Sequence[object] = ()

    @classmethod
    def fresh(cls, *, text: str = "", leaf: object = "") -> "MessageForm":
        """Return an unsent form with a key of its own."""
        return cls(initial={"text": text, "key": uuid4(), "leaf": leaf})

    def afresh(self, sentence: str = "", *, leaf: object = None) -> "MessageForm":
        """Return this form to be sent again: the typed text, a new key, and `sentence` as what was wrong."""
        errors = [sentence] if sentence else [str(error) for field in self.errors.values() for error in field]
        data = {"text": self.data.get("text", ""), "key": uuid4(), "leaf": leaf if leaf is not None else ""}
        form = MessageForm(data)
        form.attached = self.attached
        form.full_clean()
        for error in errors:
            form.add_error(None, error)
        return form


class SeenForm(forms.Form):
    """Which message was the last that the page showed; of a page without scripts nothing is known."""

    leaf = forms.UUIDField(required=False)

    @property
    def seen(self) -> UUID | None:
        return self.cleaned_data.get("leaf") if self.is_valid() else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a conversation: `above`, `below` or `around` a message."""

    name: str
    message: UUID

    @property
    def where(self) -> str:
        return "around" if self.name == "m" else self.name


class PlaceForm(forms.Form):
    """The part of a long conversation that an address means; anything odd in it is the newest."""

    above = forms.UUIDField(required=False)
    below = forms.UUIDField(required=False)
    m = forms.UUIDField(required=False)

    @property
    def place(self) -> Place | None:
        self.full_clean()
        given = [Place(name, message) for name, message in self.cleaned_data.items() if message]
        return given[0] if given else None


class SummaryForm(forms.Form):
    text = WordsField()


class RenameForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=500)


class FolderForm(forms.Form):
    """Where a conversation goes: into a folder that is there, a new one, or none."""

    folder = forms.CharField(required=False, max_length=200)
    new = forms.CharField(label=_("New folder"), required=False, max_length=500)

    def chosen(self) -> str:
        return str(self.cleaned_data["new"] or self.cleaned_data["folder"])


class ChoiceForm(forms.Form):
    """Conversations that were chosen from a list, and a folder for them."""

    def chosen(self) -> list[UUID]:
        """The public ids that were sent; what is none is passed over."""
        ids = self.data.getlist("chosen") if isinstance(self.data, QueryDict) else []
        return [UUID(text) for text in ids if PUBLIC_ID.fullmatch(text)]

    def folder(self) -> str:
        return str(self.data.get("new", "").strip() or self.data.get("folder", ""))


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


class FeedbackForm(forms.Form):
    """A thumb alone, as its button sends it, or `explained`: with reasons and words."""

    OUT_OF_DATE = _("This page was out of date. Please try again.")

    thumb = forms.ChoiceField(
        choices=[*THUMBS, (NO_THUMB, "")],
        error_messages={"required": OUT_OF_DATE, "invalid_choice": OUT_OF_DATE},
    )
    explained = forms.BooleanField(required=False)
    reasons = forms.MultipleChoiceField(
        choices=ALL_REASONS, required=False, error_messages={"invalid_choice": OUT_OF_DATE}
    )
    words = WordsField()

    @classmethod
    def about(cls, feedback: Any) -> "FeedbackForm":  # noqa: ANN401 - forms know no models
        """Return the form with what `feedback` says."""
        said = {"thumb": feedback.thumb, "reasons": feedback.reasons, "words": feedback.words}
        return cls(initial=said)

    @property
    def explanation(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("thumb", "reasons", "words")}


class UploadForm(forms.Form):
    """A file to import; what is in it is somebody else's question."""

    file = forms.FileField(
        label=_("File to import"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,.zip,application/json,application/zip"}),
        error_messages={"required": _("Choose a file first."), "invalid": _("Choose a file first.")},
    )


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
