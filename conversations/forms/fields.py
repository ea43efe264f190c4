"""Fields: text as typed, files, numbers and lists as people write them."""

import math
import re
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

PUBLIC_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
Label = Any  # a lazy translation is of a type that Django keeps to itself


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
