from django.http import HttpRequest

from .models import User


class Request(HttpRequest):
    """What a view behind sign-in receives."""

    user: User
