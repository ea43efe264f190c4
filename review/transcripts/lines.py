"""An entry of a transcript with what a reviewer sees beside it: its versions, and the call that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from conversations.models import Generation
from conversations.services.entries import Entry
from review.models import Note

from .branches import Node, Tree


@dataclass(slots=True)
class Line:
    """`versions` are the message and its siblings, those that are deleted too; `leaves` lead through them."""

    entry: Entry
    versions: list[tuple[Node, Node]] = field(default_factory=list)
    notes: Sequence[Note] = ()

    @property
    def call(self) -> Generation | None:
        return self.entry.generation

    @property
    def model(self) -> str:
        """The model that was asked and, where it called itself otherwise, the one that answered."""
        call = self.call
        if call is None:
            return self.entry.message.model_name
        if call.model_answered and call.model_answered != call.model_asked:
            return f"{call.model_asked} → {call.model_answered}"
        return call.model_asked

    @property
    def tokens(self) -> str:
        call = self.call
        if call is None or not call.usage_trusted or call.prompt_tokens is None:
            return ""
        counts = {"read": intcomma(call.prompt_tokens), "written": intcomma(call.completion_tokens or 0)}
        return _("%(read)s → %(written)s tokens") % counts


def lines_of(entries: Sequence[Entry], tree: Tree) -> list[Line]:
    return [line_of(entry, tree) for entry in entries]


def line_of(entry: Entry, tree: Tree | None = None) -> Line:
    """Return the line of `entry`; without the `tree` of its conversation no versions are told."""
    if tree is None or entry.message.pk not in tree.nodes:
        return Line(entry)
    versions = tree.versions_of(entry.message.pk)
    if len(versions) < 2:
        return Line(entry)
    return Line(entry, [(node, tree.leaf_through(node.pk)) for node in versions])
