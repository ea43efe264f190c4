"""A file on its way in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """A file to import; what is in it is somebody else's question."""

    file = forms.FileField(
        label=_("File to import"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,.zip,application/json,application/zip"}),
        error_messages={"required": _("Choose a file first."), "invalid": _("Choose a file first.")},
    )
