"""What the templates need beside Django's own: icons, the import map, short times."""

import json
import re
from base64 import b64encode
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

ICONS = "vendor/lucide-1.62.0.svg"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A picture beside or instead of words; the name always stands elsewhere."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static(ICONS), name)


@cache
def importmap_json() -> str:
    """The name of every module with its hashed address; the same bytes in the page and in the policy."""
    root = Path(settings.BASE_DIR) / "static"
    modules = {path.stem: f"js/{path.name}" for path in sorted((root / "js").glob("*.js"))}
    for path in sorted((root / "vendor").glob("*.mjs")):
        modules[re.split(r"-\d", path.stem)[0]] = f"vendor/{path.name}"
    imports = {name: static(path) for name, path in modules.items()}
    return json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")


def importmap_hash() -> str:
    """As a content security policy wants it, without the quotes."""
    return "sha256-" + b64encode(sha256(importmap_json().encode()).digest()).decode()


class ImportMapNode(template.Node):
    """Prints our own JSON as it is: escaping would change the bytes that the policy allows."""

    def render(self, context: template.Context) -> str:
        return f'<script type="importmap">{importmap_json()}</script>'


@register.tag
def importmap(parser: template.base.Parser, token: template.base.Token) -> ImportMapNode:
    return ImportMapNode()


@register.filter
def short_time(moment: datetime | None) -> str:
    """Near times as a distance, far ones as a date: "now", "5 min", "3 h", "12 Mar", "12 Mar 2024"."""
    if moment is None:
        return ""
    age = timezone.now() - moment
    if age < timedelta(minutes=1):
        return _("now")
    if age < timedelta(hours=1):
        return _("%(count)d min") % {"count": age.seconds // 60}
    if age < timedelta(days=1):
        return _("%(count)d h") % {"count": age.seconds // 3600}
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime().year
    return date_format(local, "SHORT_MONTH_DAY_FORMAT" if this_year else "SHORT_DATE_FORMAT")


@register.filter
def initial(name: str) -> str:
    """The letter that stands for a person."""
    return name[:1].upper() or "?"


@register.filter
def seconds(length: timedelta | float | None) -> str:
    """A length of time as people say it: "0.8 s", "12 s", "2 min 5 s"."""
    if length is None:
        return ""
    count = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if count < 10:
        return _("%(count)s s") % {"count": number_format(count, 1 if isinstance(length, timedelta) else 0)}
    minutes, rest = divmod(round(count), 60)
    if minutes:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return _("%(count)s s") % {"count": rest}


@register.filter
def waits(generation: object) -> bool:
    """Whether an answer has been in the queue so long that the person should know."""
    queued_at = getattr(generation, "queued_at", None)
    queued = getattr(generation, "status", "") == "queued"
    return bool(queued and queued_at and timezone.now() - queued_at > timedelta(seconds=2))


@register.filter
def money(amount: Decimal) -> str:
    """US dollars with two figures that say something: "0.0031", "0.42", "12.50"."""
    if amount >= 1 or not amount:
        return number_format(amount, 2)
    places = min(8, 1 - amount.adjusted())
    return number_format(amount, places)
