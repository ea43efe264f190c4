"""Leave: take everything along, ask for the account to be deleted, and take that back."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.leaving import is_held
from accounts.roles import is_last_administrator
from conversations.services import leaving
from conversations.services.people import belongings_of
from conversations.services.transfer.about_me import export_account as export

from .transfer import kept_as, sent


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_leaving(request: Request) -> HttpResponse:
    if request.method == "POST":
        return cast(HttpResponse, leave(request))
    leaves_at = request.user.leaves_at
    has_come = leaves_at is not None and leaves_at <= now()
    context = {
        "leaves_at": leaves_at,
        "has_come": has_come,
        "is_held": has_come and is_held(request.user),
        "days": settings.ACCOUNT_GRACE_DAYS,
        "belongings": belongings_of(request.user),
        "is_last_administrator": is_last_administrator(request.user),
    }
    return render(request, "accounts/leaving.html", context)


@reauthentication_required
def leave(request: Request) -> HttpResponse:
    leaves_at = leaving.ask_to_leave(request.user, days=settings.ACCOUNT_GRACE_DAYS)
    day = date_format(localtime(leaves_at), "j F Y")
    logout(request)
    said = _("Your account will be deleted on %s. Sign in before then if you want to keep it.") % day
    messages.success(request, said)
    return redirect("account_login")


@require_POST
def take_back(request: Request) -> HttpResponse:
    leaving.take_back(request.user)
    messages.success(request, _("Welcome back. Your account stays, with everything in it."))
    return redirect("accounts:account")


@never_cache
@require_GET
def export_account(request: Request) -> StreamingHttpResponse:
    # As conversations.views.transfer sends its zip: no connection is held while the client reads.
    name = f"about-{request.user.username}-{localdate():%Y-%m-%d}.zip"
    headers = {**kept_as(name), "Content-Encoding": "identity", "X-Accel-Buffering": "no"}
    pieces = sent(export(request.user))
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)
