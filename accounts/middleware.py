"""A lost session, told to htmx: the login page is a page of its own, never swapped into a pane."""

from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import parse_qs, urlsplit, urlunsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

GetResponse = Callable[[HttpRequest], HttpResponse]
AsyncGetResponse = Callable[[HttpRequest], Awaitable[HttpResponse]]


@sync_and_async_middleware
def LostSessionMiddleware(get_response: GetResponse) -> GetResponse:  # noqa: N802
    if iscoroutinefunction(get_response):
        ask = cast(AsyncGetResponse, get_response)

        async def middleware_async(request: HttpRequest) -> HttpResponse:
            return lead_htmx_to_login(request, await ask(request))

        markcoroutinefunction(middleware_async)
        return cast(GetResponse, middleware_async)

    def middleware(request: HttpRequest) -> HttpResponse:
        return lead_htmx_to_login(request, get_response(request))

    return middleware


def lead_htmx_to_login(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Turn a redirect to the login page into HX-Redirect, with the page the person was on as `next`."""
    if response.status_code != 302 or request.headers.get("HX-Request") != "true":
        return response
    to = urlsplit(response.headers["Location"])
    if to.path != reverse("account_login"):
        return response
    query = parse_qs(to.query)
    if REDIRECT_FIELD_NAME in query:
        query[REDIRECT_FIELD_NAME] = [page_of(request)]
    address = urlunsplit(to._replace(query=urlencode(query, doseq=True)))
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def page_of(request: HttpRequest) -> str:
    """Return the path of the page that htmx asked from, or "/" when it does not say so credibly."""
    page = request.headers.get("HX-Current-URL", "")
    if not url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(page)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))
