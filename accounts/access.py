"""Who may decide about people. Everybody else finds no such page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpResponse

from .http import Request
from .models import User
from .roles import reads

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponse]


def decides_about_people(user: User) -> bool:
    """Tell whether `user` lets people in: who may change people in the administration."""
    return user.is_staff and user.has_perm("accounts.change_user")


def for_administrators(view: View[P]) -> View[P]:
    """Let only those in who decide about people; all others get 404."""

    @wraps(view)
    def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not decides_about_people(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def may_hand_out(giver: User, person: User) -> bool:
    """Tell whether `giver` may open the account of `person`: nobody climbs or reads by another one."""
    return giver.is_superuser or not (person.is_staff or person.is_superuser or reads(person))
