"""What people type, as forms."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .services.asking import MESSAGE_CHARACTERS


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


class RenameForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=500)
