"""What every signed-in view receives."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import User


class Request(HttpRequest):
    user: User
    htmx: HtmxDetails
