"""The page of an error that nothing else has answered."""

import sys

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

from conversations.streaming.database import NO_ANSWER

RETRY_AFTER_S = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the site is busy when its database is away, locked or full; a bug of ours stays a 500."""
    if isinstance(sys.exc_info()[1], NO_ANSWER):
        return unavailable(request)
    return defaults.server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 with what was typed kept; for htmx a sentence alone, since its page keeps the text itself.

    Nothing here asks the database: it is what does not answer.
    """
    if request.headers.get("HX-Request"):
        template, context = (
            "conversations/_notice.html",
            {"sentence": _("The site is busy. Try again in a moment.")},
        )
    else:
        typed = {name: request.POST.get(name, "") for name in ("text", "key", "leaf")}
        template, context = "503.html", {**typed, "csrf_token": get_token(request)}
    page = loader.get_template(template).render(context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
