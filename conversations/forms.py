"""What people type, as forms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .services.asking import MESSAGE_CHARACTERS
from .services.feedback import ALL_REASONS, THUMBS

NO_THUMB = "none"

PUBLIC_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


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
