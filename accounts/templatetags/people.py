"""What the pages of the ways in need to know about the site."""

import re

from django import template
from django.conf import settings

from accounts.models import User

register = template.Library()

# In the order in which they claim to be each other.
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
PLAIN_NAMES = {"Edg": "Edge", "OPR": "Opera", "Macintosh": "a Mac", "iPhone": "an iPhone", "iPad": "an iPad"}


@register.filter
def browser_name(user_agent: str) -> str:
    """What a browser says of itself, as people say it: "Firefox on Windows"."""
    browser = next((name for name in BROWSERS if re.search(rf"{name}(Chrome)?/", user_agent)), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    said = [PLAIN_NAMES.get(name, name) for name in (browser, system) if name]
    return " on ".join(said) if browser else "Something that is not a known browser"


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
