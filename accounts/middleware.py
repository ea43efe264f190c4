"""What happens to a session that is lost, or that lacks a second factor where the site asks for one.

A lost session: who signs in again comes back to the page they were on.

htmx is told by a header: the login page is a page of its own, never swapped into a pane. A form that was sent
too late leads to the page it stood on: the address it was sent to takes no visits.
"""

from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import parse_qs, urlsplit, urlunsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from .second_factor import lacks_second_factor
from .zones import in_zone_of

OPEN_TO_LEAVERS = {
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "conversations:export_account",
    "conversations:leaving",
    "conversations:take_back",
}
GetResponse = Callable[[HttpRequest], HttpResponse]
AsyncGetResponse = Callable[[HttpRequest], Awaitable[HttpResponse]]


@sync_and_async_middleware
def LostSessionMiddleware(get_response: GetResponse) -> GetResponse:  # noqa: N802
    if iscoroutinefunction(get_response):
        ask = cast(AsyncGetResponse, get_response)

        async def middleware_async(request: HttpRequest) -> HttpResponse:
            return lead_to_login(request, await ask(request))

        markcoroutinefunction(middleware_async)
        return cast(GetResponse, middleware_async)

    def middleware(request: HttpRequest) -> HttpResponse:
        return lead_to_login(request, get_response(request))

    return middleware


def lead_to_login(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Make a redirect to the login page lead back to the page the person was on; for htmx as HX-Redirect."""
    asked_by_htmx = request.headers.get("HX-Request") == "true"
    if response.status_code != 302 or not (asked_by_htmx or request.method == "POST"):
        return response
    to = urlsplit(response.headers["Location"])
    if to.path != reverse("account_login"):
        return response
    query = parse_qs(to.query)
    if query.get(REDIRECT_FIELD_NAME) == [request.get_full_path()]:
        query[REDIRECT_FIELD_NAME] = [page_of(request)]
    address = urlunsplit(to._replace(query=urlencode(query, doseq=True)))
    if asked_by_htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    response.headers["Location"] = address
    return response


def page_of(request: HttpRequest) -> str:
    """Return the path of the page that `request` was made from, or "/" when it does not say so credibly."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(page)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


class LeavingMiddleware:
    """Show who has asked to leave, and has signed in again, how that is taken back, and nothing else."""

    # Sync, like the innermost middleware: conversations.middleware says why.
    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *arguments: object
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or getattr(request.user, "leaves_at", None) is None:
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN_TO_LEAVERS:
            return None
        address = reverse("conversations:leaving")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)


class TimeZoneMiddleware:
    """Tell times on a page as the person in front of it reads them."""

    # Sync, like the innermost middleware: conversations.middleware says why.
    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with in_zone_of(request):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Lead who must have a second factor and has none to where one is set up, from every other page.

    It asks on each request, since one can be taken off an account at any time; that is one query, and only
    where the site asks for a second factor at all.
    """

    # Sync, like the innermost middleware: conversations.middleware says why.
    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        if settings.REQUIRE_SECOND_FACTOR == "no":
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        set_up = reverse("mfa_index")
        others = {reverse("account_reauthenticate"), reverse("account_logout")}
        if getattr(request.user, "leaves_at", None) is not None:  # who stays after all sets it up then
            others |= {reverse("conversations:leaving"), reverse("conversations:take_back")}
        if request.path.startswith(set_up) or request.path in others:
            return self.get_response(request)
        if not lacks_second_factor(request):
            return self.get_response(request)
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": set_up})
        return redirect(set_up)
