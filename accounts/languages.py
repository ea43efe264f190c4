"""Which language a page is in: the person’s choice, else the browser’s, else what it asks for, or English."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
YEAR_S = 60 * 60 * 24 * 365


class LanguageMiddleware:
    """Speak the language of whoever asks; whatever else this thread says is English again afterwards."""

    # Sync for the reason that RefusalMiddleware has: one thread for the whole chain.
    sync_capable, async_capable = True, False

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.LANGUAGE_CODE = language = language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    chosen = user.language if user is not None and user.is_authenticated else ""
    # What was chosen may have been taken out of the settings since.
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def remember_language(response: HttpResponse, language: str) -> None:
    """Let this browser ask for `language` from now on, also when nobody is signed in; "" forgets it."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
