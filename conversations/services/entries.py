"""A message as it is shown: its HTML, how its answer stands, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.safestring import SafeString

from conversations.models import Attachment, Feedback, Generation, Message, Problem, Role, Status, Summary
from conversations.models.chat_model import readable_name
from conversations.rendering import RENDERER_VERSION, Rendered, kept, render, render_markdown, trusted

NEVER_RENDERED = 0
RENDERED = list(Rendered.__annotations__)
# Asking again would fail again: the sentence says what to do instead.
NO_RETRY = {Problem.TOO_LONG, Problem.TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Progress:
    """An answer in the making, as far as it has come."""

    html: SafeString
    tail: SafeString
    reasoning: str = ""
    cursor: str = ""


FindProgress = Callable[[Generation], Progress | None]


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
    is_unanswered: bool = False
    """It is a question at the end of what is shown: no answer was asked for yet, or it was deleted."""
    summary: Summary | None = None
    """What stands for it and all before it."""
    feedback: Feedback | None = None

    @property
    def model_name(self) -> str:
        """Its name for people: the same for the alias asked and the version that answered."""
        return readable_name(self.message.said_by) if self.message.role == Role.ASSISTANT else ""

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
    def can_continue(self) -> bool:
        """Whether there is an answer to go on with: it was cut, broke off or was stopped."""
        generation = self.generation
        return (
            generation is not None
            and bool(self.message.text)
            and (
                generation.problem == Problem.CUT_SHORT
                or generation.status in (Status.INTERRUPTED, Status.STOPPED)
            )
        )

    @property
    def thought_seconds(self) -> int | None:
        """Whole seconds from the start to the first word, when the model thought aloud."""
        if not self.reasoning or self.generation is None or self.generation.thinking_time is None:
            return None
        return max(1, round(self.generation.thinking_time.total_seconds()))


def entries_of(branch: Sequence[Message], find_progress: FindProgress | None) -> list[Entry]:
    prefetch_related_objects([message for message in branch if message.role == Role.ASSISTANT], "generation")
    before = {message.pk: (message.renderer_version, message.plain) for message in branch}
    entries = [entry_of(message, find_progress) for message in branch]
    stale = [one for one in branch if (one.renderer_version, one.plain) != before[one.pk]]
    Message.objects.bulk_update(stale, RENDERED, batch_size=100)
    return entries


def entry_of(message: Message, find_progress: FindProgress | None) -> Entry:
    if message.role == Role.USER:
        return Entry(message, None, html=trusted(""))
    generation = generation_of(message)
    if generation is not None and generation.is_active:
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


def generation_of(message: Message) -> Generation | None:
    return None if message.role == Role.USER else getattr(message, "generation", None)


def html_of(message: Message) -> SafeString:
    """Return the rendered text of an answer, and note on `message` what is to be kept of that."""
    if message.renderer_version == NEVER_RENDERED:
        # It may have been read a moment before its generation ended: its words came with that end.
        message.refresh_from_db(fields=["text", "reasoning", *RENDERED])
    if message.renderer_version == RENDERER_VERSION:
        return trusted(message.html)
    made = render(message.text, plain=message.plain)
    for name, value in kept(made, message.text).items():
        setattr(message, name, value)
    return made["html"]


def progress_from_chunks(generation: Generation) -> Progress:
    if generation.status == Status.QUEUED:
        return Progress(html=trusted(""), tail=trusted(""))
    text, reasoning = generation.stored_text()
    return Progress(html=trusted(""), tail=render_markdown(text), reasoning=reasoning)
