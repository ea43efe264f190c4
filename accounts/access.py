"""Who may decide about people, and about whom. Everybody else finds no such page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from .http import Request
from .models import User, Wait
from .roles import has_rights, is_administrator

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponse]


def for_administrators(view: View[P]) -> View[P]:
    """Let only administrators in; all others get 404."""

    @wraps(view)
    def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_administrator(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def get_person(administrator: User, pk: int) -> User:
    """Return the person `pk`, who was let in and has not gone, for an administrator; raise Http404."""
    if not is_administrator(administrator):
        raise Http404
    return get_object_or_404(User, pk=pk, forgotten_at=None, waits_for=Wait.NOTHING)


def may_act_on(actor: User, person: User) -> bool:
    """Tell whether `actor`, an administrator, may decide about `person`: of superusers only superusers do."""
    return actor.is_superuser or not person.is_superuser


def may_act_as(actor: User, person: User) -> bool:
    """Tell whether `actor`, an administrator, may make a way into the account of `person`.

    Besides superusers nobody does so of others who have rights of their own: they would climb, or read and
    decide in somebody else's name.
    """
    is_plain = not (person.is_staff or has_rights(person))
    return may_act_on(actor, person) and (actor.is_superuser or actor == person or is_plain)
