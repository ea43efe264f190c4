"""What the pages of the ways in need to know about the site."""

import re

from django import template
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User

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
    return bool(settings.SIGNUP == "open") and User.objects.exists()
