"""What is said: messages, summaries, and what the page that said it had seen."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from conversations.services.admission import MESSAGE_CHARACTERS, key_of_a_form

from .fields import PUBLIC_ID, ChosenFilesField, WordsField


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
        return cls(initial={"text": text, "key": key_of_a_form(), "leaf": leaf})

    def afresh(self, sentence: str = "", *, leaf: object = None) -> "MessageForm":
        """Return this form to be sent again: the typed text, a new key, and `sentence` as what was wrong."""
        errors = [sentence] if sentence else [str(error) for field in self.errors.values() for error in field]
        text, key = self.data.get("text", ""), key_of_a_form()
        form = MessageForm({"text": text, "key": key, "leaf": leaf if leaf is not None else ""})
        form.attached = self.attached
        form.full_clean()
        for error in errors:
            form.add_error(None, error)
        return form


class KeptFilesForm(forms.Form):
    """Files that a page had attached before it was left; what is no id is passed over."""

    at_most = 100

    def chosen(self) -> list[UUID]:
        ids = self.data.getlist("file") if isinstance(self.data, QueryDict) else []
        return [UUID(text) for text in ids[: self.at_most] if PUBLIC_ID.fullmatch(text)]


class SeenForm(forms.Form):
    """Which message was the last that the page showed; of a page without scripts nothing is known."""

    leaf = forms.UUIDField(required=False)

    @property
    def seen(self) -> UUID | None:
        return self.cleaned_data.get("leaf") if self.is_valid() else None


class SummaryForm(forms.Form):
    text = WordsField()
