"""The page of an error that nothing else has answered."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

RETRY_AFTER_S = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the site is busy when its database is away or locked; a bug of ours stays a 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = loader.get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return defaults.server_error(request)
