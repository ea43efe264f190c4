"""Generations: calls to a model, each with its record; and the chunks of those that run."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation
from .keys import new_key
from .message import Message


class Purpose(models.TextChoices):
    ANSWER = "answer", _("Answer")
    TITLE = "title", _("Title")
    SUMMARY = "summary", _("Summary")


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    INTERRUPTED = "interrupted", _("Interrupted")
    FAILED = "failed", _("Failed")


ACTIVE = (Status.QUEUED, Status.RUNNING)


class Problem(models.TextChoices):
    """Why an answer is not whole; the label is the sentence that the person reads."""

    UNREACHABLE = "unreachable", _("The model server cannot be reached. Try again in a moment.")
    KEY = "key", _("The server’s access to the model was refused. Please tell your administrator.")
    FUNDS = "funds", _("The model is out of credit at the moment. Please tell your administrator.")
    NOT_ALLOWED = "not_allowed", _("The server may not use this model. Please tell your administrator.")
    MODEL_GONE = "model_gone", _("This model is not available any more. Please tell your administrator.")
    REJECTED = "rejected", _("The model server did not accept the request. Please tell your administrator.")
    TOO_LONG = "too_long", _("This conversation is too long for the model. Please start a new one.")
    TOO_LARGE = "too_large", _("The message is too large for the model server.")
    REFUSED = "refused", _("The model declined to answer this.")
    BUSY = "busy", _("The model is busy. Try again in a moment.")
    UPSTREAM = "upstream", _("The model server reported an error. Try again in a moment.")
    TIMEOUT = "timeout", _("The model took too long. Try again.")
    NO_ANSWER = "no_answer", _("No answer came from the model. Try again.")
    BAD_ANSWER = "bad_answer", _("The model server sent something that is not an answer.")
    EMPTY = "empty", _("The model ended without a word. Try again.")
    CUT_SHORT = "cut_short", _("The answer reached its length limit.")
    FILTERED = "filtered", _("The answer was stopped by the provider’s filter.")
    SILENT = "silent", _("The answer stopped coming. What arrived is kept.")
    BROKEN_OFF = "broken_off", _("The answer broke off. What arrived is kept.")
    TOO_MUCH = "too_much", _("The answer was cut at the size limit. What arrived is kept.")
    PROCESS_GONE = "process_gone", _("The server was restarted while answering.")
    NOT_SAVED = "not_saved", _("The answer could not be saved. What was saved is kept.")
    INTERNAL = "internal", _("Something went wrong on our side. It has been noted.")


class CostSource(models.TextChoices):
    REPORTED = "reported", _("Reported by the API")
    COMPUTED = "computed", _("Computed from the listed prices")


class GenerationQuerySet(models.QuerySet["Generation"]):
    def active(self) -> GenerationQuerySet:
        return self.filter(status__in=ACTIVE)

    def answering(self, conversation: Conversation | models.OuterRef) -> GenerationQuerySet:
        """The answer that is being made in `conversation`, on whichever branch; at most one."""
        return self.active().filter(conversation=conversation, message__isnull=False)

    def held_by(self, owner: str, fence: int) -> GenerationQuerySet:
        """Rows that the process `owner` may still write to."""
        return self.filter(status=Status.RUNNING, owner=owner, fence=fence)


class Generation(models.Model):
    """One call to the model, for one assistant message, for a title or for a summary."""

    public_id = models.UUIDField(default=new_key, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="generations")
    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="generation"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.ANSWER)
    continues = models.ForeignKey(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The answer that it goes on with: its message begins with the words of that one."),
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)

    owner = models.CharField(max_length=64, blank=True, help_text=_("The process that runs it."))
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    stop_requested = models.BooleanField(default=False)

    model_asked = models.CharField(max_length=200)
    model_answered = models.CharField(max_length=200, blank=True)
    sent = models.JSONField(
        default=list, help_text=_("Which messages were sent, as services/record.py describes them.")
    )
    system_prompt = models.TextField(blank=True)
    parameters = models.JSONField(default=dict)
    body_digest = models.BinaryField(null=True, help_text=_("The SHA-256 of the body that was sent."))
    # Of rows of before migration 0011, in hexadecimal: twice as long.
    body_hash = models.CharField(max_length=64, blank=True)

    finish_reason = models.CharField(max_length=60, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    cached_tokens = models.PositiveIntegerField(null=True, blank=True)
    reasoning_tokens = models.PositiveIntegerField(null=True, blank=True)
    usage_trusted = models.BooleanField(default=False, help_text=_("False where the counts may be credits."))
    cost_usd = models.DecimalField(max_digits=14, decimal_places=8, null=True, blank=True)
    cost_source = models.CharField(max_length=10, choices=CostSource.choices, blank=True)

    # Of rows of before migration 0011: it follows from the key.
    client_request_id = models.CharField(max_length=128, blank=True)
    inference_id = models.CharField(max_length=128, blank=True)
    upstream_id = models.CharField(max_length=128, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    first_token_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="generation_status_known"),
            models.CheckConstraint(
                condition=Q(purpose__in=[Purpose.TITLE, Purpose.SUMMARY]) | Q(message__isnull=False),
                name="generation_answer_has_message",
            ),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(status__in=ACTIVE, purpose=Purpose.ANSWER),
                name="generation_one_active_answer",
            ),
        ]
        indexes = [
            # On PostgreSQL of those alone that are not done (migration 0011).
            models.Index(fields=["status", "id"], name="generation_by_status"),
            models.Index(
                fields=["continues"],
                condition=Q(continues__isnull=False),
                name="generation_continuing",
            ),
            models.Index(fields=["problem", "-id"], condition=~Q(problem=""), name="generation_problems"),
        ]

    def __str__(self) -> str:
        return f"Generation {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def process(self) -> str:
        """What other processes call the one that runs it."""
        return self.owner.rpartition(":")[2]

    @property
    def messages_sent(self) -> int:
        if isinstance(self.sent, list):  # a row of before migration 0008, or nothing was sent yet
            return len(self.sent)
        return int(self.sent["length"]) - len(self.sent.get("without", ()))

    @property
    def request_id(self) -> str:
        """What the provider is told as the id of the request; its tries are numbered behind it."""
        return self.client_request_id or f"gen-{self.pk}"

    @property
    def body_sha256(self) -> str:
        """The SHA-256 of the body that was sent, in hexadecimal."""
        return bytes(self.body_digest).hex() if self.body_digest is not None else self.body_hash

    @property
    def thinking_time(self) -> timedelta | None:
        """From the start to the first word of the answer."""
        if self.first_token_at is None or self.started_at is None:
            return None
        return max(self.first_token_at - self.started_at, timedelta())

    @property
    def total_time(self) -> timedelta | None:
        if self.finished_at is None:
            return None
        return max(self.finished_at - self.queued_at, timedelta())

    def stored_text(self) -> tuple[str, str]:
        """Return the answer and the reasoning that the chunks hold, each up to the first gap."""
        pieces: dict[str, list[str]] = {ChunkKind.ANSWER: [], ChunkKind.REASONING: []}
        length = dict.fromkeys(pieces, 0)
        for chunk in self.chunks.order_by("position"):
            if chunk.position == length[chunk.kind]:
                pieces[chunk.kind].append(chunk.text)
                length[chunk.kind] += len(chunk.text)
        return "".join(pieces[ChunkKind.ANSWER]), "".join(pieces[ChunkKind.REASONING])


class ChunkKind(models.TextChoices):
    ANSWER = "answer", _("Answer")
    REASONING = "reasoning", _("Reasoning")


class Chunk(models.Model):
    """A piece of a running answer; `position` is the number of characters before it."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="chunks")
    kind = models.CharField(max_length=10, choices=ChunkKind.choices)
    position = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "kind", "position"], name="chunk_position_once"),
        ]

    def __str__(self) -> str:
        return f"Chunk {self.pk} of {self.generation_id}"
