"""What a list is asked for: each filter a field of a form, and so a part of its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import look_alike_key
from conversations.models import ChatModel, Conversation, Problem, Reason, Status, Thumb
from conversations.services.errors import Refusal
from conversations.services.search import Query, parse_query
from review.models import Label, State

ANY, YES, NO = "any", "yes", "no"
WHETHER = [("", _("Either way")), (YES, _("Yes")), (NO, _("No"))]
MOST_MESSAGES, MOST_USD = 1_000_000, 1_000_000
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9000, 1, 1))]


class FilterForm(forms.Form):
    """The filters of the list of conversations; its fields are the parameters of the address."""

    q = forms.CharField(label=_("Words"), required=False, max_length=500)
    person = forms.CharField(label=_("Person"), required=False, max_length=150)
    group = forms.ModelChoiceField(
        label=_("Group"),
        required=False,
        queryset=Group.objects.none(),
        to_field_name="name",
        empty_label=_("Any"),
    )
    model = forms.ModelChoiceField(
        label=_("Model"),
        required=False,
        queryset=ChatModel.objects.none(),
        to_field_name="name",
        empty_label=_("Any"),
    )
    since = forms.DateField(label=_("Used since"), required=False, validators=DAYS)
    until = forms.DateField(label=_("Used until"), required=False, validators=DAYS)
    thumb = forms.ChoiceField(
        label=_("Thumb"),
        required=False,
        choices=[("", _("Any or none")), (ANY, _("Up or down")), *Thumb.choices],
    )
    reason = forms.ChoiceField(
        label=_("Its reason"), required=False, choices=[("", _("Any")), *Reason.choices]
    )
    status = forms.ChoiceField(
        label=_("An answer is"), required=False, choices=[("", _("Any")), *Status.choices]
    )
    problem = forms.ChoiceField(
        label=_("Problem"),
        required=False,
        choices=[("", _("Any or none")), (ANY, _("Any problem")), *Problem.choices],
    )
    cost_from = forms.DecimalField(label=_("Cost from, $"), required=False, min_value=0, max_value=MOST_USD)
    cost_to = forms.DecimalField(label=_("Cost to, $"), required=False, min_value=0, max_value=MOST_USD)
    length_from = forms.IntegerField(
        label=_("Messages from"), required=False, min_value=0, max_value=MOST_MESSAGES
    )
    length_to = forms.IntegerField(
        label=_("Messages to"), required=False, min_value=0, max_value=MOST_MESSAGES
    )
    file = forms.ChoiceField(label=_("Has a file"), required=False, choices=WHETHER)
    shared = forms.ChoiceField(label=_("Shared by a link"), required=False, choices=WHETHER)
    temporary = forms.ChoiceField(label=_("Temporary"), required=False, choices=WHETHER)
    deleted = forms.ChoiceField(label=_("Messages deleted"), required=False, choices=WHETHER)

    label = forms.ModelChoiceField(
        label=_("Label"),
        required=False,
        queryset=Label.objects.none(),
        to_field_name="name",
        empty_label=_("Any"),
    )
    state = forms.ChoiceField(
        label=_("How it stands"), required=False, choices=[("", _("Any")), *State.choices]
    )
    mine = forms.ChoiceField(label=_("Reviewed by me"), required=False, choices=WHETHER)

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__(data, auto_id="f-%s")
        group, model = self.fields["group"], self.fields["model"]
        group.queryset = Group.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["label"].queryset = Label.objects.all()  # type: ignore[attr-defined]
        # A catalogue has hundreds; these are asked.
        used = ChatModel.objects.filter(Exists(Conversation.objects.filter(model=OuterRef("pk")))).order_by(
            "name"
        )
        model.queryset = used  # type: ignore[attr-defined]
        for name in self.fields:
            field = self.fields[name]
            field.widget.attrs |= {"data-filter": name}
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean_person(self) -> User | None:
        name: str = self.cleaned_data["person"]
        if not name:
            return None
        person = User.objects.filter(username_key=look_alike_key(name)).first()
        if person is None:
            raise forms.ValidationError(gettext("Nobody is called “%(name)s”.") % {"name": name})
        return person

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        try:
            self.query = parse_query(text)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return text

    query = Query()


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on: what it is, its value, and the list without it."""

    label: str
    value: str
    without: str


class Asked:
    """What was asked for, understood as far as it can be; the form says what cannot."""

    def __init__(self, data: QueryDict, *, reader: User | None = None) -> None:
        """Understand `data` for `reader`; without one, what asks for their own verdicts finds nothing."""
        self.reader = reader
        self.form = FilterForm(data)
        self.is_valid = self.form.is_valid()
        self.values = self.form.cleaned_data
        self.words = self.form.query

    @classmethod
    def of(cls, query: str, *, reader: User | None = None) -> Asked:
        """Return what `query`, the part of an address, asks for, when it is `reader` who asks."""
        return cls(QueryDict(query), reader=reader)

    @cached_property
    def given(self) -> dict[str, str]:
        """The filters that are on, by name, as they stand in an address."""
        given = {name: str(self.form.data.get(name, "")).strip() for name in self.form.fields}
        return {name: value for name, value in given.items() if value and name not in self.form.errors}

    @property
    def query(self) -> str:
        return urlencode(self.given)

    def address(self, **more: str) -> str:
        """The address of the list, with `more` beside its filters."""
        query = urlencode(self.given | more)
        here = reverse("review:list_conversations")
        return f"{here}?{query}" if query else here

    @cached_property
    def chips(self) -> list[Chip]:
        return [
            Chip(str(self.form.fields[name].label), self.said(name), self.without(name))
            for name in self.given
            if name != "q"
        ]

    def without(self, name: str) -> str:
        rest = urlencode({key: value for key, value in self.given.items() if key != name})
        here = reverse("review:list_conversations")
        return f"{here}?{rest}" if rest else here

    def said(self, name: str) -> str:
        """Return the value of a filter as people read it."""
        value, field = self.values.get(name), self.form.fields[name]
        if isinstance(value, date):
            return date_format(value, "SHORT_DATE_FORMAT")
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        return str(value)

    @property
    def has_filters(self) -> bool:
        return bool(self.chips)
