"""All conversations as a page, to choose many of; and what the side bar asks for later: rows and marks."""

from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from accounts.models import User
from conversations.forms import ChoiceForm
from conversations.models import Conversation
from conversations.services.bulk import change_many, undo_change
from conversations.services.errors import Refusal
from conversations.services.marks import marks_of, with_marks
from conversations.services.organising import Folder, list_folders

from .sidebar import PINNED, Sidebar, parse_cursor

PAGE = 60  # a form may have a hundred fields
MARKS_AT_MOST = 41
UNDO = "undo"


class Listing:
    """One page of conversations, newest first: all that is not archived, the archive, or a folder."""

    def __init__(self, user: User, *, before: str = "", folder: str = "", archived: bool = False) -> None:
        self.user = user
        self.before = before.removesuffix(PINNED)
        self.folder = folder
        self.archived = archived

    @cached_property
    def page(self) -> list[Conversation]:
        rows = with_marks(Conversation.objects.visible_to(self.user).lasting().newest_first())
        rows = rows.filter(archived=self.archived)
        if self.folder:
            rows = rows.filter(folder=self.folder)
        if cursor := parse_cursor(self.before):
            moment, pk = cursor
            rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=pk))
        return list(rows[: PAGE + 1])

    @property
    def rows(self) -> list[Conversation]:
        return self.page[:PAGE]

    @cached_property
    def folders(self) -> list[Folder]:
        return list_folders(self.user)

    @property
    def heading(self) -> str:
        return self.folder or (_("Archive") if self.archived else _("Conversations"))

    @property
    def address(self) -> str:
        """The address of its first page."""
        return address_of(self.place)

    @property
    def place(self) -> dict[str, str]:
        return ({"folder": self.folder} if self.folder else {}) | ({"archived": "1"} if self.archived else {})

    @property
    def older(self) -> str:
        """The address of the next page, or nothing."""
        if len(self.page) <= PAGE:
            return ""
        last = self.page[PAGE - 1]
        return address_of(self.place | {"before": f"{last.updated_at.isoformat()}|{last.pk}"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def list_conversations(request: Request) -> HttpResponse:
    if request.method == "POST":
        return change_conversations(request)
    before = request.GET.get("before", "")
    if request.htmx and "folder" not in request.GET:
        sidebar = Sidebar(request.user, before)
        return render(request, "conversations/_conversation_page.html", {"sidebar": sidebar})
    listing = listing_of(request)
    template = "conversations/_folder_rows.html" if request.htmx else "conversations/list.html"
    context = {"listing": listing, "form": ChoiceForm()}
    if current := ids_in(request.GET.get("current", "")):
        context["current"] = {"public_id": current[0]}
    return render(request, template, context)


def listing_of(request: Request) -> Listing:
    return Listing(
        request.user,
        before=request.GET.get("before", ""),
        folder=request.GET.get("folder", "").replace("\0", ""),
        archived="archived" in request.GET,
    )


def change_conversations(request: Request) -> HttpResponse:
    form = ChoiceForm(request.POST)
    listing = listing_of(request)
    try:
        changed = change_many(
            request.user, form.chosen(), change=request.POST.get("change", ""), folder=form.folder()
        )
    except Refusal as refusal:
        context = {"listing": listing, "form": form, "sentence": str(refusal)}
        return render(request, "conversations/list.html", context, status=refusal.status)
    request.session[UNDO] = changed.undo
    messages.success(request, changed.sentence, extra_tags=reverse("conversations:undo"))
    return redirect(listing.address)


@require_POST
def undo(request: Request) -> HttpResponse:
    """Take the last change of many back, once."""
    if change := request.session.pop(UNDO, None):
        undo_change(request.user, change)
        messages.success(request, _("That was taken back."))
    return redirect("conversations:list_conversations")


@never_cache
@require_safe
def show_marks(request: Request) -> HttpResponse:
    """Answer with the marks of some rows: the side bar asks while an answer is being made."""
    here = request.htmx.current_url or ""  # what is open has no mark, but words that come
    ids = [public_id for public_id in ids_in(request.GET.get("of", "")) if str(public_id) not in here]
    rows = marks_of(request.user, ids)
    running = ",".join(str(row.public_id) for row in rows if getattr(row, "is_running", False))
    return render(request, "conversations/_marks.html", {"rows": rows, "running": running})


def ids_in(text: str) -> list[UUID]:
    found = []
    for part in text.split(",")[:MARKS_AT_MOST]:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found


def address_of(place: dict[str, str]) -> str:
    address = reverse("conversations:list_conversations")
    return f"{address}?{urlencode(place)}" if place else address
