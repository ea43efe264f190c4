"""What every page carries in its head, and the house's Refusals as notices."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware

from .http import asking_to_wait
from .services.errors import Refusal
from .templatetags.chat import importmap_hash

GetResponse = Callable[[HttpRequest], HttpResponse]
AsyncGetResponse = Callable[[HttpRequest], Awaitable[HttpResponse]]


def policy() -> str:
    """The same for every page: nothing inline but the import map, nothing from another host."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' '{importmap_hash()}'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
        ]
    )


@sync_and_async_middleware
def PageHeadersMiddleware(get_response: GetResponse) -> GetResponse:  # noqa: N802
    """Give every page its policy, and keep it out of caches: it is somebody's own, and may be a fragment."""
    header = policy()

    def dress(response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Security-Policy", header)
        response.headers.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["HX-Request"])
        return response

    if iscoroutinefunction(get_response):
        ask = cast(AsyncGetResponse, get_response)

        async def middleware_async(request: HttpRequest) -> HttpResponse:
            return dress(await ask(request))

        markcoroutinefunction(middleware_async)
        return cast(GetResponse, middleware_async)

    return lambda request: dress(get_response(request))


class RefusalMiddleware:
    """Show what the house will not do as a sentence, with the status that it carries."""

    # Sync on purpose, and innermost: so Django runs the whole chain and the view in one thread, one hop away,
    # instead of hopping for every hook of every middleware.
    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        template = (
            "conversations/_notice.html"
            if request.headers.get("HX-Request")
            else "conversations/refused.html"
        )
        response = render(request, template, {"sentence": str(error)}, status=error.status)
        return asking_to_wait(response, error.retry_after_s)
