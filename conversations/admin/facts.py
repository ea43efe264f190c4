"""What the admin pages about conversations have in common: facts are read, never written, never words."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import RecordAdmin

# What the filters at the side ask for; anything longer walks on to other rows.
OF_A_VALUE = {"exact", "gte", "gt", "lte", "lt", "isnull"}
OF_A_ROW = {"id__exact", "isnull"}

WORDS_OF_CONVERSATION = ("title", "system_prompt", "folder", "parameters")
WORDS_OF_MESSAGE = ("text", "reasoning", "html")
# Parameters can hold words as well: stop sequences, for one.
WORDS_OF_GENERATION = ("system_prompt", "parameters")
WORDS_OF_PRESET = ("name", "description", "system_prompt", "parameters")
WORDS_OF_PROMPT = ("name", "text")


def words_of(relation: str, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{relation}__{word}" for word in words)


class FactsAdmin(RecordAdmin):
    """Read-only. `words` are neither shown nor loaded, and nothing can be filtered or searched by them."""

    words: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ()
    found_by_id: ClassVar[tuple[str, ...]] = ("public_id",)
    found_by_name: ClassVar[str] = "conversation__owner__username"
    show_full_result_count = False
    # A field only so that Django draws the box; get_search_results decides.
    search_fields = ("pk",)
    found_by_what = _("By the name of a person, or the id of a conversation.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related).defer(*self.words)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(**{f"{self.found_by_name}__icontains": term})
        for path in self.found_by_id if is_uuid(term) else ():
            wanted |= Q(**{path: UUID(term)})
        return queryset.filter(wanted), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        # Django lets any column of the row be asked for in the address: `?text__startswith=a` would tell
        # a text letter by letter. Here only the filters at the side may ask.
        name, _, rest = lookup.partition("__")
        if name not in self.list_filter:
            return any(name == getattr(of, "parameter_name", None) and not rest for of in self.list_filter)
        field = self.opts.get_field(name)
        return rest in (OF_A_ROW if field.is_relation else OF_A_VALUE)


def is_uuid(term: str) -> bool:
    try:
        UUID(term)
    except ValueError:
        return False
    return True
