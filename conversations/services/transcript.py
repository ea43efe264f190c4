"""What a conversation shows: the entries of its branch, each with all that its template needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.safestring import SafeString

from conversations.models import (
    Attachment,
    Conversation,
    Generation,
    Kind,
    Message,
    Problem,
    Role,
    Status,
)
from conversations.models.chat_model import readable_name
from conversations.rendering import RENDERER_VERSION, Rendered, render, render_markdown, trusted

from .asking import Exchange
from .attachments.parts import attachments_of
from .attachments.weighing import ALL_KINDS
from .history import shown_branch, spoken
from .sending import first_seen


@dataclass(frozen=True, slots=True)
class Progress:
    """An answer in the making, as far as it has come."""

    html: SafeString
    tail: SafeString
    reasoning: str = ""
    cursor: str = ""


FindProgress = Callable[[Generation], Progress | None]

NEVER_RENDERED = 0
RENDERED = list(Rendered.__annotations__)
# Asking again would fail again: the sentence says what to do instead.
NO_RETRY = {Problem.TOO_LONG, Problem.TOO_LARGE}


@dataclass(slots=True)
class Entry:
    """A message as it is shown. `previous` and `next` are its sibling versions, `number` of `count`."""

    message: Message
    generation: Generation | None
    html: SafeString
    tail: SafeString = field(default_factory=lambda: SafeString(""))
    reasoning: str = ""
    cursor: str = ""
    number: int = 1
    count: int = 1
    previous: UUID | None = None
    next: UUID | None = None
    files: list[Attachment] = field(default_factory=list)
    shows_model: bool = False
    forgotten: bool = False
    window_starts: bool = False

    @property
    def model_name(self) -> str:
        return name_of(self.generation) if self.generation else ""

    @property
    def is_active(self) -> bool:
        return self.generation is not None and self.generation.is_active

    @property
    def problem(self) -> str:
        generation = self.generation
        return str(generation.get_problem_display()) if generation and generation.problem else ""

    @property
    def can_retry(self) -> bool:
        """Whether asking again is the way on: nothing came, or it broke off."""
        generation = self.generation
        return (
            generation is not None
            and generation.status in (Status.FAILED, Status.INTERRUPTED, Status.STOPPED)
            and generation.problem not in NO_RETRY
        )

    @property
    def thought_seconds(self) -> int | None:
        """Whole seconds from the start to the first word, when the model thought aloud."""
        if not self.reasoning or self.generation is None or self.generation.thinking_time is None:
            return None
        return max(1, round(self.generation.thinking_time.total_seconds()))


def build_entries(
    conversation: Conversation,
    find_progress: FindProgress | None = None,
    *,
    takes: frozenset[Kind] = ALL_KINDS,
) -> list[Entry]:
    """Return what `conversation` shows, oldest first, in at most five queries whatever its length.

    `find_progress` knows the answers that this process is making; of others the stored chunks are shown.
    `takes` are the kinds of files that its model can use: what it cannot does not fill its window.
    """
    branch = shown_branch(conversation)
    entries = entries_of(branch, find_progress)
    add_files(entries)
    add_versions(entries, conversation)
    mark_models(entries)
    mark_window(entries, conversation, takes)
    return entries


def build_entry(message: Message, find_progress: FindProgress | None = None) -> Entry:
    """Return the entry of `message` alone, without what depends on its neighbours."""
    entries = entries_of([message], find_progress)
    add_files(entries)
    add_versions(entries, message.conversation)
    return entries[0]


def build_exchange(exchange: Exchange, find_progress: FindProgress | None = None) -> list[Entry]:
    """Return the entries of `exchange` below what the page shows already, however long that is."""
    entries = entries_of([exchange.question, exchange.answer], find_progress)
    if exchange.files is None:
        add_files(entries)
    else:
        entries[0].files = list(exchange.files)
    add_versions(entries, exchange.question.conversation)
    before = getattr(exchange.question.parent, "generation", None)
    mark_models(entries, before=name_of(before) if before else "")
    return entries


def entries_of(branch: Sequence[Message], find_progress: FindProgress | None) -> list[Entry]:
    prefetch_related_objects([message for message in branch if message.role == Role.ASSISTANT], "generation")
    kept = {message.pk: message.renderer_version for message in branch}
    entries = [entry_of(message, find_progress) for message in branch]
    stale = [message for message in branch if message.renderer_version != kept[message.pk]]
    Message.objects.bulk_update(stale, RENDERED, batch_size=100)
    return entries


def entry_of(message: Message, find_progress: FindProgress | None) -> Entry:
    generation = None if message.role == Role.USER else getattr(message, "generation", None)
    if generation is None:
        return Entry(message, None, html=trusted(""))
    if generation.is_active:
        progress = (find_progress and find_progress(generation)) or progress_from_chunks(generation)
        return Entry(
            message,
            generation,
            progress.html,
            progress.tail,
            reasoning=progress.reasoning,
            cursor=progress.cursor,
        )
    return Entry(message, generation, html=html_of(message), reasoning=message.reasoning)


def html_of(message: Message) -> SafeString:
    """Return the rendered text of an answer, rendering it again when an older renderer made it."""
    if message.renderer_version == NEVER_RENDERED:
        # It may have been read a moment before its generation ended: its words came with that end.
        message.refresh_from_db(fields=["text", "reasoning", *RENDERED])
    if message.renderer_version != RENDERER_VERSION:
        for name, value in render(message.text, plain=message.plain).items():
            setattr(message, name, value)
    return trusted(message.html)


def progress_from_chunks(generation: Generation) -> Progress:
    if generation.status == Status.QUEUED:
        return Progress(html=trusted(""), tail=trusted(""))
    text, reasoning = generation.stored_text()
    return Progress(html=trusted(""), tail=render_markdown(text), reasoning=reasoning)


def add_files(entries: Sequence[Entry]) -> None:
    """Tell each entry which files its message carries, without what they say, in one query."""
    asked = [entry.message for entry in entries if entry.message.role == Role.USER]
    prefetch_related_objects(asked, Prefetch("attachments", Attachment.objects.without_text()))
    for entry in entries:
        entry.files = attachments_of(entry.message)


def add_versions(entries: Sequence[Entry], conversation: Conversation) -> None:
    """Tell each entry which of how many versions it is, in one query."""
    parents = {entry.message.parent_id for entry in entries}
    siblings: dict[int | None, list[UUID]] = defaultdict(list)
    rows = Message.objects.filter(conversation=conversation).filter(
        Q(parent__in=[pk for pk in parents if pk is not None])
        | (Q(parent=None) if None in parents else Q(pk=None))
    )
    for parent_id, public_id in rows.order_by("position").values_list("parent_id", "public_id"):
        siblings[parent_id].append(public_id)
    for entry in entries:
        versions = siblings[entry.message.parent_id]
        index = versions.index(entry.message.public_id)
        entry.number, entry.count = index + 1, len(versions)
        entry.previous = versions[index - 1] if index else None
        entry.next = versions[index + 1] if index + 1 < len(versions) else None


def mark_models(entries: Sequence[Entry], *, before: str = "") -> None:
    """Show a model's name only where it changes; `before` is the one that answered before `entries`."""
    for entry in entries:
        if entry.generation is not None:
            name = name_of(entry.generation)
            entry.shows_model = name != before
            before = name


def name_of(generation: Generation) -> str:
    """Return the model's name for people: the same for the alias asked and the version that answered."""
    return readable_name(generation.model_answered or generation.model_asked)


def mark_window(entries: Sequence[Entry], conversation: Conversation, takes: frozenset[Kind]) -> None:
    """Mark what the model would no longer see if it were asked now."""
    branch = spoken([entry.message for entry in entries])
    seen_from = first_seen(branch, conversation.model, conversation.system_prompt, takes)
    if seen_from == 0:
        return
    first = branch[seen_from].pk
    for entry in entries:
        if entry.message.pk == first:
            entry.window_starts = True
            return
        entry.forgotten = True
