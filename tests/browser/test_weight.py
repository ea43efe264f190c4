"""What a page weighs on the wire when nothing of it is in the cache; and the pages of a provider, by axe."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from playwright.sync_api import CDPSession, Page

from tests.served.site import Site

from .test_axe import violations

BYTES_OF_A_PAGE = 60_000
BYTES_OF_THE_CHAT, REQUESTS_OF_THE_CHAT = 64_000, 20
# Of the pages beside accounts/: what one sets up for oneself, and what administrators do about people.
SETTINGS = (
    *("preferences", "leaving", "people", "usage", "everybodys_usage", "transfer", "files", "list_shares"),
    *("list_presets", "new_preset", "list_prompts", "new_prompt", "pick_model", "begin_settings"),
)
LEAVES = ("account_logout",)
OF_A_PROVIDER = ("login/cancelled/", "login/error/", "connections/")


@pytest.fixture(scope="module")
def packed(tmp_path_factory, upstream) -> Iterator[Site]:
    """A site whose files are compressed as they are in production, beside a provider that nobody asks."""
    provider = {"OIDC_ISSUER": "http://127.0.0.1:9", "OIDC_CLIENT_ID": "chat", "OIDC_CLIENT_SECRET": "x"}
    known: dict[str, Any] = provider if find_spec("jwt") and find_spec("oauthlib") else {}
    site = Site(tmp_path_factory.mktemp("packed"), upstream, PLAIN_STATIC=0, SIGNUP="open", **known)
    site.person(staff=True)  # nobody signs up before the first administrator
    yield site.start()
    site.stop()
    assert "Traceback" not in site.said, site.said


class Scales:
    """Weighs each page as if it were the first."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._wire: CDPSession = page.context.new_cdp_session(page)
        self._wire.send("Network.enable")
        self._wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self._wire.on("Network.loadingFinished", self._note)
        self._sizes: list[int] = []

    def _note(self, event: dict[str, float]) -> None:
        self._sizes.append(int(event["encodedDataLength"]))

    def weigh(self, path: str) -> tuple[int, int]:
        """Open `path` and return its bytes and its requests."""
        self._sizes.clear()
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return sum(self._sizes), len(self._sizes)


def addresses() -> list[str]:
    """Return where every named page of the ways in and of the settings is, that needs no more to be said."""
    names = [f"accounts:{name}" for name in names_of("accounts")] + [
        f"conversations:{name}" for name in SETTINGS
    ]
    names += [name for name in names_of("") if name.startswith(("account_", "mfa_", "usersessions_"))]
    found = []
    for name in sorted({*names} - {*LEAVES}):
        try:
            found.append(reverse(name))
        except NoReverseMatch:  # it is about one row
            continue
    return found


def names_of(namespace: str) -> list[str]:
    resolver = get_resolver()
    if namespace:
        resolver = resolver.namespace_dict[namespace][1]
    return [name for name in resolver.reverse_dict if isinstance(name, str)]


@pytest.mark.parametrize("signed_in", [False, True], ids=["ways in", "settings"])
def test_no_page_of_sign_in_or_settings_is_heavy(visit, packed, signed_in):
    visitor = visit(at=packed, signed_in=signed_in, staff=True)
    scales = Scales(visitor.open("/accounts/" if signed_in else "/accounts/login/"))
    weights = {}
    for path in addresses():
        answer = visitor.context.request.get(path, max_redirects=0)
        if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
            weights[path], _ = scales.weigh(path)
    assert len(weights) >= (20 if signed_in else 6), sorted(weights)
    assert {path: weight for path, weight in weights.items() if not 0 < weight <= BYTES_OF_A_PAGE} == {}


def test_the_chat_is_light(visit, packed):
    scales = Scales(visit(at=packed, staff=True).open("/accounts/"))
    weight, requests = scales.weigh("/")
    assert 0 < weight <= BYTES_OF_THE_CHAT
    assert requests <= REQUESTS_OF_THE_CHAT


@pytest.mark.skipif(not (find_spec("jwt") and find_spec("oauthlib")), reason="pip install '.[oidc]' oauthlib")
def test_no_page_of_a_provider_has_a_violation(visit, packed):
    found = []
    for scheme, width in (("light", 1280), ("dark", 390)):
        looks = {
            "color_scheme": scheme,
            "viewport": {"width": width, "height": 800},
            "reduced_motion": "reduce",
        }
        page = visit(at=packed, bypass_csp=True, **looks).open("/accounts/")
        for path in OF_A_PROVIDER:
            page.goto(f"/accounts/social/{path}")
            found += violations(page)
        page.context.clear_cookies()
        page.goto("/accounts/login/")
        found += violations(page)
    assert not found, "\n".join(found)
