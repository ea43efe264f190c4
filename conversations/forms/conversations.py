"""A conversation: where in it one is, what it is called, where it is kept."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .fields import PUBLIC_ID


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
