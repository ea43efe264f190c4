"""What every signed-in view receives."""

from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class Request(HttpRequest):
    user: User
    htmx: HtmxDetails


def asking_to_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    """Return `response` with Retry-After, if there is anything to wait for."""
    if seconds:
        response["Retry-After"] = str(seconds)
    return response
