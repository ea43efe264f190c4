"""Who comes into the console at all: to all others it is not there."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpResponse

from accounts.http import Request
from review.access import PERMISSION

Parameters = ParamSpec("Parameters")


def for_readers(
    view: Callable[Concatenate[Request, Parameters], HttpResponse],
) -> Callable[Concatenate[Request, Parameters], HttpResponse]:
    def guarded(request: Request, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise Http404
        return view(request, *args, **kwargs)

    return update_wrapper(guarded, view)  # type: ignore[return-value]
