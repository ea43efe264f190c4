"""By what reviewers judge, and what they did."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from review.judging.definitions import fill_steps
from review.models import Label, Note, Placement, Score, Step, Sticker, Verdict

from .facts import NoFilters


class DefinedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is deleted: what was judged by it would go. Archived, it is not offered any more."""

    search_fields = ("name",)
    list_filter = ("archived",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False


@admin.register(Label)
class LabelAdmin(DefinedAdmin):
    list_display = ("name", "colour", "description", "archived")
    fields = ("name", "colour", "description", "archived")


class StepsOf(admin.TabularInline):  # type: ignore[type-arg]
    model = Step
    fields = ("position", "name", "meaning")
    extra = 0


@admin.register(Score)
class ScoreAdmin(DefinedAdmin):
    list_display = ("name", "scale", "description", "archived")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "description", "scale", "archived"),
                "description": _(
                    "Without steps of your own, “1 to 5” and “Yes or no” get theirs by themselves; "
                    "then say here what each of them means."
                ),
            },
        ),
    )
    inlines = (StepsOf,)

    def get_readonly_fields(self, request: HttpRequest, obj: Score | None = None) -> tuple[str, ...]:
        # Agreement is told by whether the steps have an order: what was judged keeps the one it had.
        return ("scale",) if obj is not None else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: ANN401
        super().save_related(request, form, formsets, change)
        fill_steps(form.instance)


@admin.register(Step)
class StepAdmin(NoFilters):
    fields = list_display = ("score", "position", "name", "meaning")
    list_select_related = ("score",)


@admin.register(Verdict)
class VerdictAdmin(NoFilters):
    fields = list_display = ("conversation", "reviewer", "state", "settles", "created_at", "updated_at")
    list_select_related = ("conversation", "reviewer")


@admin.register(Sticker)
class StickerAdmin(NoFilters):
    fields = list_display = ("verdict", "label")
    list_select_related = ("verdict", "label")


@admin.register(Placement)
class PlacementAdmin(NoFilters):
    fields = list_display = ("verdict", "score", "step")
    list_select_related = ("verdict", "score", "step")


@admin.register(Note)
class NoteAdmin(NoFilters):
    """Who wrote one, and about what; its words are read in the console."""

    fields = list_display = ("public_id", "conversation", "author", "created_at", "edited_at")
    list_select_related = ("conversation", "author")
