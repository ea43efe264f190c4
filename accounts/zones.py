"""In whose time a page tells times: what its person chose, else what the browser says, else the site's."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "zone"  # set by static/js/zone.js
# As people look for them; what else there is are older names of the same.
REGIONS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Arctic", "Asia"),
        *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
    }
)


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the names to choose from, as a form wants them: by region, the place in plain words."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(known_zones()):
        region, _, place = name.partition("/")
        if region in REGIONS:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [*regions.items(), ("UTC", [("UTC", "UTC")])]


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """Return the zone that `request` is answered in, or None for the site's own."""
    chosen = getattr(request.user, "time_zone", "") or request.COOKIES.get(COOKIE, "")
    return ZoneInfo(chosen) if chosen in known_zones() else None


def in_zone_of(request: HttpRequest) -> timezone.override:
    """Tell times as the person behind `request` reads them, as long as this context lasts."""
    return timezone.override(zone_of(request))
