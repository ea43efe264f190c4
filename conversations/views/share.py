"""Sharing: a link is made, listed, ended, and opened."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.http import Request
from conversations.access import get_conversation, get_own_share, get_share, may_read
from conversations.forms import ShareForm
from conversations.models import Conversation, Scope, Share
from conversations.services.errors import Refusal
from conversations.services.share_views import count_view
from conversations.services.sharing import build_shared, revoke_share
from conversations.services.sharing import share_conversation as share

PAGE = 50
# Its address is the key: it goes to no other site and into no index.
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    if settings.SHARE_SCOPE == "off":
        raise Http404
    form = ShareForm(request.POST or None, scopes=scopes(), initial=first_choice(conversation))
    if not form.is_valid():
        return show_panel(request, conversation, form, status=422 if form.is_bound else 200)
    scope, seen = Scope(form.cleaned_data["scope"]), form.cleaned_data["leaf"]
    try:
        made = share(conversation, scope=scope, lasts=form.lasts, seen=seen)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_panel(request, conversation, form, status=422 if request.htmx else refusal.status)
    if not request.htmx:
        page = reverse("conversations:share_conversation", args=[public_id])
        return redirect(f"{page}#share-{made.public_id}")
    return show_panel(request, conversation, form, made=made)


def scopes() -> list[tuple[str, str]]:
    """What the site lets owners choose from, the narrowest first."""
    return [
        (scope.value, str(scope.label))
        for scope in Scope
        if scope == Scope.PEOPLE or settings.SHARE_SCOPE == Scope.ANYONE
    ]


def first_choice(conversation: Conversation) -> dict[str, object]:
    leaf = conversation.leaf.public_id if conversation.leaf else None
    return {"scope": Scope.PEOPLE.value, "days": "30", "leaf": leaf}


def show_panel(
    request: Request,
    conversation: Conversation,
    form: ShareForm,
    *,
    made: Share | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "conversation": conversation,
        "current": conversation,
        "form": form,
        "made": made,
        "leaf": first_choice(conversation)["leaf"],
        "shares": [one for one in conversation.shares.living().order_by("-pk") if one != made],
        "site_scope": settings.SHARE_SCOPE,
    }
    template = "conversations/_share_panel.html" if request.htmx else "conversations/share.html"
    return render(request, template, context, status=status)


@never_cache
@require_GET
def list_shares(request: Request) -> HttpResponse:
    rows = Share.objects.of_conversations_kept().filter(conversation__owner=request.user)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    shares = list(rows.select_related("conversation").order_by("-pk")[: PAGE + 1])
    context = {
        "shares": shares[:PAGE],
        "older": shares[PAGE - 1].pk if len(shares) > PAGE else None,
        "site_scope": settings.SHARE_SCOPE,
    }
    return render(request, "conversations/shares.html", context)


@require_POST
def revoke(request: Request, public_id: UUID) -> HttpResponse:
    revoke_share(get_own_share(request.user, public_id))
    sentence = _("The link does not open any more.")
    if request.htmx:
        return render(request, "conversations/_deleted.html", {"sentence": sentence})
    messages.success(request, sentence)
    return redirect("conversations:list_shares")


@login_not_required
@never_cache
@require_safe
def show_share(request: HttpRequest, token: str) -> HttpResponse:
    shared = get_share(token)
    if not may_read(request.user, shared):
        return private(redirect_to_login(request.get_full_path()))
    ahead_of_time = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method == "GET" and not ahead_of_time:
        count_view(shared, viewer=request.user)
    context = {
        "share": shared,
        "entries": build_shared(shared),
        "read_only": True,
        "said_by": shared.conversation.owner.name,
        "is_own": request.user.pk == shared.conversation.owner_id,
    }
    return private(render(request, "conversations/shared.html", context))


def private(response: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        response[name] = value
    return response
