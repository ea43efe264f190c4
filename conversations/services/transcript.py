"""What a conversation shows: the entries of its branch, each with what it takes from its neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Prefetch, Q, prefetch_related_objects

from conversations.models import Conversation, Kind, Message, Role, Summary
from conversations.rendering import trusted

from .asking import Exchange
from .attachments.carried import by_message, carried_in
from .attachments.parts import attachments_of
from .attachments.weighing import ALL_KINDS
from .entries import Entry, FindProgress, entries_of, generation_of
from .history import branch_ids, path_to, prefetch_files
from .paging import Span, Stretch, span_of
from .sight import Sight, sight_of


@dataclass(frozen=True, slots=True)
class Transcript:
    """A part of what a conversation shows, oldest first, and where it goes on."""

    entries: list[Entry]
    sight: Sight
    earlier: UUID | None = None
    """The first entry, where messages stand before it."""
    later: UUID | None = None
    """The last entry, where messages stand after it."""

    def beyond(self, where: str) -> Transcript:
        """Return it as it is put `above` or `below` what a page shows already."""
        return replace(self, later=None) if where == "above" else replace(self, earlier=None)


def build_entries(conversation: Conversation, find_progress: FindProgress | None = None) -> list[Entry]:
    """Return all that `conversation` shows, oldest first, in at most eight queries whatever its length."""
    return build_transcript(conversation, Stretch(), find_progress).entries


def build_transcript(
    conversation: Conversation,
    stretch: Stretch,
    find_progress: FindProgress | None = None,
    *,
    takes: frozenset[Kind] = ALL_KINDS,
) -> Transcript:
    """Return the `stretch` of what `conversation` shows, in at most eight queries whatever its length.

    `find_progress` knows the answers that this process is making; of others the stored chunks are shown.
    `takes` are the kinds of files that its model can use: what it cannot does not fill its window.
    """
    prefetch_related_objects(
        [conversation], Prefetch("summaries", Summary.objects.select_related("generation"))
    )
    span = span_of(branch_ids(conversation, stretch.leaf_of(conversation)), stretch)
    branch = load(conversation, span) if stretch.page else path_to(conversation.leaf)
    entries = entries_of(branch, find_progress)
    mark_models(entries)
    entries = entries[span.before :]
    add_versions(entries, conversation)
    carried = carried_in(conversation)
    files = by_message(carried)
    for entry in entries:
        entry.files = files[entry.message.pk]
    add_feedback(entries)
    sight = sight_of(conversation, conversation.leaf, conversation.model, takes, carried)
    mark_sight(entries, sight)
    add_summaries(entries, conversation)
    if entries and not span.has_later:
        entries[-1].is_unanswered = entries[-1].message.role == Role.USER
    return Transcript(
        entries,
        sight,
        earlier=entries[0].message.public_id if entries and span.has_earlier else None,
        later=entries[-1].message.public_id if entries and span.has_later else None,
    )


def load(conversation: Conversation, span: Span) -> list[Message]:
    """Return the messages of `span`, in its order."""
    rows = conversation.messages.select_related("generation", "feedback").in_bulk(span.keys)
    # A message that is deleted for ever between two queries is not missed.
    return [rows[key] for key in span.keys if key in rows]


def build_entry(message: Message, find_progress: FindProgress | None = None) -> Entry:
    """Return the entry of `message` alone, without what depends on its neighbours."""
    entries = entries_of([message], find_progress)
    add_files(entries)
    add_versions(entries, message.conversation)
    add_feedback(entries)
    return entries[0]


def build_exchange(exchange: Exchange, find_progress: FindProgress | None = None) -> list[Entry]:
    """Return the entries of `exchange` below what the page shows already, however long that is."""
    entries = entries_of([exchange.question, exchange.answer], find_progress)
    if exchange.files is None:
        add_files(entries)
    else:
        entries[0].files = list(exchange.files)
    # What has just been added, and is no edit, is the only one at its place.
    if exchange.question.position or exchange.files is None:
        add_versions(entries, exchange.question.conversation)
    before = exchange.question.parent
    mark_models(
        entries, before=Entry(before, generation_of(before), trusted("")).model_name if before else ""
    )
    return entries


def add_files(entries: Sequence[Entry]) -> None:
    """Tell each entry which files its message carries, without what they say, in one query."""
    prefetch_files(entry.message for entry in entries)
    for entry in entries:
        entry.files = attachments_of(entry.message)


def add_versions(entries: Sequence[Entry], conversation: Conversation) -> None:
    """Tell each entry which of how many versions it is, in one query."""
    parents = {entry.message.parent_id for entry in entries}
    siblings: dict[int | None, list[UUID]] = defaultdict(list)
    rows = Message.objects.filter(conversation=conversation).filter(
        Q(parent__in=[pk for pk in parents if pk is not None])
        | (Q(parent=None) if None in parents else Q(pk=None)),
        cut=False,
    )
    for parent_id, public_id in rows.order_by("position").values_list("parent_id", "public_id"):
        siblings[parent_id].append(public_id)
    for entry in entries:
        versions = siblings[entry.message.parent_id]
        if entry.message.cut:  # it is shown to reviewers alone, as the one that it was
            continue
        index = versions.index(entry.message.public_id)
        entry.number, entry.count = index + 1, len(versions)
        entry.previous = versions[index - 1] if index else None
        entry.next = versions[index + 1] if index + 1 < len(versions) else None


def add_feedback(entries: Sequence[Entry]) -> None:
    """Give each answer its owner's thumb, in one query where it is not loaded."""
    answers = [entry for entry in entries if entry.generation is not None]
    prefetch_related_objects([entry.message for entry in answers], "feedback")
    for entry in answers:
        entry.feedback = getattr(entry.message, "feedback", None)


def mark_models(entries: Sequence[Entry], *, before: str = "") -> None:
    """Show a model's name only where it changes; `before` is the one that answered before `entries`."""
    for entry in entries:
        if entry.message.role == Role.ASSISTANT:
            name = entry.model_name
            entry.shows_model = bool(name) and name != before
            before = name


def add_summaries(entries: Sequence[Entry], conversation: Conversation) -> None:
    """Tell each entry which summary ends with it."""
    found = {summary.upto_id: summary for summary in conversation.summaries.all()}
    for entry in entries:
        entry.summary = found.get(entry.message.pk)


def mark_sight(entries: Sequence[Entry], sight: Sight) -> None:
    """Mark what the model would no longer see if it were asked now: what stands before the first it does."""
    if sight.first is None or (sight.is_whole and sight.summary is None):
        return
    for entry in entries:
        entry.window_starts = entry.message.pk == sight.first and not sight.is_whole
        # On a branch the keys grow: who is below was said later.
        entry.forgotten = entry.message.pk < sight.first
