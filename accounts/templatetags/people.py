"""What the pages of the ways in need to know about the site."""

import json
import re

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, roles, second_factor, signing_up
from accounts.models import User, Wait

register = template.Library()

# In the order in which they claim to be each other.
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
PLAIN_NAMES = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Macintosh": _("a Mac"),
    "iPhone": _("an iPhone"),
    "iPad": _("an iPad"),
}


@register.filter
def browser_name(user_agent: str) -> str:
    """What a browser says of itself, as people say it: "Firefox on Windows"."""
    browser = next((name for name in BROWSERS if re.search(rf"{name}(Chrome)?/", user_agent)), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    if not browser:
        return gettext("Something that is not a known browser")
    called = {"browser": PLAIN_NAMES.get(browser, browser), "system": PLAIN_NAMES.get(system, system)}
    return gettext("%(browser)s on %(system)s") % called if system else str(called["browser"])


@register.simple_tag
def is_set_up() -> bool:
    """Whether anybody has an account yet."""
    return User.objects.exists()


@register.simple_tag
def has_mail() -> bool:
    return bool(settings.HAS_MAIL)


@register.simple_tag
def signup_is_open() -> bool:
    return signing_up.is_open()


@register.simple_tag
def provider() -> dict[str, str] | None:
    """The organisation's own sign-in, if there is one."""
    if not settings.OIDC_ISSUER:
        return None
    return {"name": settings.OIDC_NAME, "url": reverse("openid_connect_login", args=["oidc"])}


@register.simple_tag
def signup_mode() -> str:
    return signing_up.site_settings().signup


@register.simple_tag
def signup_waits_for() -> str:
    return str(signing_up.first_wait())


@register.filter
def is_administrator(user: User) -> bool:
    return roles.is_administrator(user)


@register.simple_tag
def people_waiting() -> int:
    """How many wait for an administrator."""
    return User.objects.waiting().filter(waits_for=Wait.APPROVAL).count()


@register.filter
def may_act_as(actor: User, person: User) -> bool:
    return access.may_act_as(actor, person)


@register.simple_tag(takes_context=True)
def lacks_second_factor(context: Context) -> bool:
    return second_factor.lacks_second_factor(context["request"])


@register.filter
def as_json(value: object) -> str:
    """What a module finds in a data- attribute; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)
