"""What every page is given."""

from django.conf import settings
from django.http import HttpRequest

from . import wiring
from .views.sidebar import Sidebar
from .views.terms import terms_for


def site(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "accent": settings.ACCENT,
        "theme": getattr(user, "theme", "system"),
        "sidebar": Sidebar(user) if user is not None and user.is_authenticated else None,
        "shares_allowed": settings.SHARE_SCOPE != "off",
        "stand_in": wiring.stand_in(),
        "temporary_hours": lambda: terms_for(user).temporary_hours if user is not None else 0,
        "several_models": lambda: wiring.choice.is_there(user) if user is not None else False,
    }
