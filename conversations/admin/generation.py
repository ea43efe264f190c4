from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations.models import Chunk, Generation, Problem

from .facts import WORDS_OF_CONVERSATION, WORDS_OF_GENERATION, WORDS_OF_MESSAGE, FactsAdmin, words_of

WHAT = ("public_id", "conversation", "owner_name", "message", "purpose", "status", "problem")
MODEL = ("model_asked", "model_answered", "finish_reason", "http_status", "attempts")
COUNTS = (
    "messages_sent",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "usage_trusted",
)
COST = ("cost_usd", "cost_source")
TIMES = ("queued_at", "started_at", "first_token_at", "finished_at", "lease_until")
TRACE = ("request_id", "inference_id", "upstream_id", "body_sha256", "owner", "fence", "stop_requested")


class ProblemFilter(admin.SimpleListFilter):
    """By code: the sentences that people read are long, and some begin alike."""

    title = "problem"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:  # type: ignore[type-arg]
        return [("any", "any"), *((code, code.replace("_", " ")) for code in Problem.values)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Generation]) -> QuerySet[Generation]:
        code = self.value()
        if code == "any":
            return queryset.exclude(problem="")
        return queryset.filter(problem=code) if code else queryset


@admin.register(Generation)
class GenerationAdmin(FactsAdmin):
    words = (
        *WORDS_OF_GENERATION,
        *words_of("message", WORDS_OF_MESSAGE),
        *words_of("conversation", WORDS_OF_CONVERSATION),
    )
    related = ("conversation__owner", "message")
    found_by_id = ("public_id", "conversation__public_id", "message__public_id")
    list_display = (
        "pk",
        "conversation",
        "owner_name",
        "purpose",
        "status",
        "problem_code",
        "model_asked",
        "prompt_tokens",
        "completion_tokens",
        "cost_usd",
        "queued_at",
    )
    list_filter = ("status", ProblemFilter, "purpose", "queued_at")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": WHAT}),
        (_("Model"), {"fields": MODEL}),
        (_("Tokens and cost"), {"fields": COUNTS + COST}),
        (_("Times"), {"fields": TIMES}),
        (_("Trace"), {"fields": TRACE}),
    )
    readonly_fields = ("owner_name", "messages_sent", "body_sha256", "request_id")

    @admin.display(description=_("person"), ordering="conversation__owner__username")
    def owner_name(self, generation: Generation) -> str:
        return generation.conversation.owner.username

    @admin.display(description=_("problem"), ordering="problem", empty_value="")
    def problem_code(self, generation: Generation) -> str:
        return generation.problem.replace("_", " ")

    @admin.display(description=_("messages sent"))
    def messages_sent(self, generation: Generation) -> int:
        return generation.messages_sent


@admin.register(Chunk)
class ChunkAdmin(FactsAdmin):
    words = ("text", *words_of("generation", WORDS_OF_GENERATION))
    related = ("generation",)
    found_by_id = ("generation__public_id", "generation__conversation__public_id")
    found_by_name = "generation__conversation__owner__username"
    list_display = ("pk", "generation", "kind", "position", "characters")
    list_filter = ("kind",)
    ordering = ("-pk",)
    fields = ("generation", "kind", "position", "characters")
    readonly_fields = ("characters",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chunk]:
        rows: QuerySet[Chunk] = super().get_queryset(request)
        return rows.annotate(length=Length("text"))

    @admin.display(ordering="length")
    def characters(self, chunk: Chunk) -> int:
        return int(getattr(chunk, "length", 0))
