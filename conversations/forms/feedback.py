"""What the owner of an answer thinks of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.services.feedback import ALL_REASONS, THUMBS

from .fields import WordsField

NO_THUMB = "none"


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
