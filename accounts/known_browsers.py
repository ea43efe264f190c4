"""Browsers that somebody has signed in with before have attempts of their own.

Wrong passwords are counted per account, so whoever guesses at an account from elsewhere would keep its
owner out for as long as they go on. The owner's browser carries a signed cookie and is counted apart (OWASP
calls it a device cookie).
"""

from typing import TypedDict

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from .models import User

COOKIE = "known"
SALT = "accounts.known_browsers"
YEAR_S = 365 * 24 * 3600
PEOPLE = 5


class Known(TypedDict):
    browser: str
    people: list[int]


def known_browser(request: HttpRequest, person: User) -> str:
    """Return the id of the browser if `person` has signed in with it before, else ""."""
    known = read(request)
    return known["browser"] if known and person.pk in known["people"] else ""


def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Let the browser carry that `person` has signed in with it."""
    known = read(request) or Known(browser=get_random_string(16), people=[])
    others = [pk for pk in known["people"] if pk != person.pk]
    known["people"] = [person.pk, *others][:PEOPLE]
    response.set_cookie(
        COOKIE,
        signing.dumps(known, salt=SALT),
        max_age=YEAR_S,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def read(request: HttpRequest) -> Known | None:
    try:
        known: Known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR_S)
    except signing.BadSignature:
        return None
    return known
