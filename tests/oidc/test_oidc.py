"""Sign-in by a provider: the real one of allauth, another process, another host name."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import free_port
from tests.served.site import Site

from .provider import CLIENT, PASSWORD, SECRET

pytestmark = pytest.mark.skipif(
    not (find_spec("jwt") and find_spec("oauthlib")), reason="pip install '.[oidc]' oauthlib"
)
START = "/accounts/oidc/oidc/login/"


class Nowhere:
    url = "http://127.0.0.1:9"


class Provider:
    """Whom it knows, and what it says of their groups."""

    def __init__(self, directory: Path, callback: str) -> None:
        self.groups = directory / "groups.json"
        self.amr = directory / "amr.json"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.says(olga=["teachers"])
        self.asks_for()
        command = [sys.executable, "-m", "tests.oidc.provider", str(self.port), str(directory), callback]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def wait(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def says(self, **groups: object) -> None:
        self.groups.write_text(json.dumps(groups))

    def asks_for(self, **amr: object) -> None:
        """By which methods, in the words of RFC 8176, it makes sure of whom."""
        self.amr.write_text(json.dumps(amr))

    def sends_back(self, name: str, asked: str) -> str:
        """Where the provider leads who signs in as `name`, after our site sent them to `asked`."""
        with httpx.Client(follow_redirects=False, timeout=30) as browser:
            login = f"{self.url}/accounts/login/"
            assert browser.post(login, data={"login": name, "password": PASSWORD}).status_code == 302
            return str(browser.get(asked).headers["Location"])


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[tuple[Site, Provider]]:
    directory = tmp_path_factory.mktemp("oidc")
    port = free_port()
    provider = Provider(directory, f"http://127.0.0.1:{port}/accounts/oidc/oidc/login/callback/")
    settings: dict[str, Any] = {
        "OIDC_ISSUER": provider.url,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_NAME": "the school",
        "OIDC_GROUPS": "teachers=Teachers,pupils=Year 9",
        "OIDC_SECOND_FACTOR": "mfa,hwk",
        "REQUIRE_SECOND_FACTOR": "staff",
    }
    site = Site(directory, Nowhere(), PORT=port, SIGNUP="open", **settings)
    site.person(staff=True)  # nobody comes in before the first administrator
    site.start()
    provider.wait()
    yield site, provider
    site.stop()
    provider.process.terminate()
    provider.process.wait(10)
    provider.process.stdout.close()
    assert "Traceback" not in site.said, site.said


@pytest.fixture
def site(world) -> Site:
    return world[0]


@pytest.fixture
def provider(world) -> Provider:
    return world[1]


@pytest.fixture
def visitor(site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=30) as visitor:
        yield visitor


def come(visitor: httpx.Client, provider: Provider, name: str, start: str = START) -> httpx.Response:
    """Sign in as `name` from the button on our page to where our site leads in the end."""
    back = provider.sends_back(name, visitor.get(start).headers["Location"])
    assert back.startswith(str(visitor.base_url).rstrip("/")), back
    return visitor.get(back)


def is_in(visitor: httpx.Client) -> bool:
    return visitor.get("/accounts/").status_code == 200


def groups_of(site: Site, name: str) -> set[object]:
    rows = site.query(
        """SELECT u.username, g.name FROM auth_group g JOIN accounts_user_groups m ON m.group_id = g.id
           JOIN accounts_user u ON u.id = m.user_id"""
    )
    return {group for person, group in rows if person == name}


def test_who_the_provider_knows_is_in_and_in_their_groups(site, provider, visitor):
    assert "Sign in with the school" in visitor.get("/accounts/login/").text

    answer = come(visitor, provider, "olga", f"{START}?next=/help/keys/")

    assert answer.headers["Location"] == "/help/keys/"
    assert is_in(visitor)
    assert groups_of(site, "olga") == {"Teachers"}


def test_what_the_provider_said_of_somebody_is_in_what_they_take_along(site, provider, visitor):
    come(visitor, provider, "olga")

    archive = zipfile.ZipFile(io.BytesIO(visitor.get("/leaving/everything.zip").content))

    (known,) = json.loads(archive.read("account.json"))["accounts_elsewhere"]
    assert known["provider"] == "oidc"
    assert "olga" in json.dumps(known["extra_data"])


def test_at_each_sign_in_the_groups_are_those_of_the_claim_and_others_stay(site, provider, visitor):
    come(visitor, provider, "olga")
    site.query("INSERT INTO auth_group (name) VALUES ('Chess')")
    site.query(
        """INSERT INTO accounts_user_groups (user_id, group_id)
           SELECT u.id, g.id FROM accounts_user u, auth_group g
           WHERE u.username = 'olga' AND g.name = 'Chess'"""
    )
    for said, expected in [
        (["pupils", "admins"], {"Year 9", "Chess"}),
        ("teachers", {"Teachers", "Chess"}),
        ({"teachers": 1}, {"Chess"}),
        ([1, None, ["teachers"]], {"Chess"}),
        (None, {"Chess"}),
    ]:
        provider.says(olga=said)
        visitor.cookies.clear()
        come(visitor, provider, "olga")
        assert groups_of(site, "olga") == expected, said


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(elsewhere, provider, visitor):
    assert come(visitor, provider, "olga", f"{START}?next={elsewhere}").headers["Location"] == "/"


def test_an_answer_for_another_visitor_or_without_its_question_opens_nothing(site, provider, visitor):
    back = provider.sends_back("olga", visitor.get(START).headers["Location"])
    with httpx.Client(base_url=site.url, timeout=30) as other:
        other.get(START)
        assert "That did not work" in other.get(back).text
        assert not is_in(other)
    for forged in ("", "?code=x", "?code=x&state=y", "?error=access_denied", "?state=%00"):
        assert visitor.get(f"{START}callback/{forged}").status_code in {200, 401}
        assert not is_in(visitor)


def test_a_code_works_once(site, provider, visitor):
    back = provider.sends_back("olga", visitor.get(START).headers["Location"])
    visitor.get(back)
    assert is_in(visitor)
    visitor.cookies.clear()
    state = parse_qs(urlsplit(visitor.get(START).headers["Location"]).query)["state"][0]
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert "That did not work" in visitor.get(f"{START}callback/?code={code}&state={state}").text
    assert not is_in(visitor)


def test_a_closed_account_stays_closed(site, provider, visitor):
    come(visitor, provider, "pete")
    site.query("UPDATE accounts_user SET is_active = false WHERE username = 'pete'")
    visitor.cookies.clear()

    assert come(visitor, provider, "pete").headers["Location"] == "/accounts/inactive/"
    assert not is_in(visitor)


def test_somebody_new_waits_where_accounts_are_approved_and_is_refused_where_it_is_closed(
    site, provider, visitor
):
    try:
        site.query("INSERT INTO accounts_sitesettings (id, signup, mail_domains) VALUES (1, 'closed', '')")
        assert "Accounts are given out here" in come(visitor, provider, "quinn").text
        assert site.query("SELECT id FROM accounts_user WHERE username = 'quinn'") == []
        site.query("UPDATE accounts_sitesettings SET signup = 'approval'")
        assert come(visitor, provider, "quinn").headers["Location"] == "/accounts/waiting/"
        assert not is_in(visitor)
        assert groups_of(site, "quinn") == set()
    finally:
        site.query("DELETE FROM accounts_sitesettings")


def test_whose_name_and_address_are_taken_is_somebody_else(site, provider, visitor):
    local = site.query("SELECT min(id) FROM accounts_user WHERE username LIKE 'person-%'")[0][0]
    site.query(
        """UPDATE accounts_user SET username = 'rita', username_key = 'rita', email = 'rita@example.org'
           WHERE id = (SELECT min(id) FROM accounts_user WHERE username LIKE 'person-%')"""
    )

    come(visitor, provider, "rita")

    known_as = site.query("SELECT user_id FROM socialaccount_socialaccount")
    assert (local,) not in known_as
    assert "Signed in as <bdi>rita</bdi>" not in visitor.get("/accounts/").text


@pytest.fixture
def olga(site, provider, visitor) -> Iterator[str]:
    """A person who may open the administration, and has no second factor here."""
    come(visitor, provider, "olga")
    visitor.cookies.clear()
    site.query("UPDATE accounts_user SET is_staff = true WHERE username = 'olga'")
    yield "olga"
    provider.asks_for()
    site.query("DELETE FROM mfa_authenticator")
    site.query("UPDATE accounts_user SET is_staff = false WHERE username = 'olga'")


@pytest.mark.parametrize(
    ("amr", "counts"),
    [(["pwd", "mfa"], True), ("hwk", True), (["pwd"], False), ([["mfa"], 1], False), (None, False)],
)
def test_a_second_factor_that_the_provider_asked_for_counts(amr, counts, provider, visitor, olga):
    provider.asks_for(olga=amr)

    come(visitor, provider, olga)

    assert is_in(visitor) == counts
    if not counts:
        assert visitor.get("/accounts/").headers["Location"] == "/accounts/2fa/"


def test_it_counts_for_that_sign_in_alone(provider, visitor, olga):
    provider.asks_for(olga=["mfa"])
    come(visitor, provider, olga)
    assert is_in(visitor)
    visitor.post("/accounts/logout/", headers={"X-CSRFToken": visitor.cookies["csrftoken"]})

    provider.asks_for(olga=["pwd"])
    come(visitor, provider, olga)

    assert not is_in(visitor)


def test_who_has_one_here_is_not_asked_a_second_time(site, provider, visitor, olga):
    site.query(
        """INSERT INTO mfa_authenticator (user_id, type, data, created_at)
           SELECT id, 'totp', '{}', CURRENT_TIMESTAMP FROM accounts_user WHERE username = 'olga'"""
    )
    assert come(visitor, provider, olga).headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(visitor)

    visitor.cookies.clear()
    provider.asks_for(olga=["mfa"])
    come(visitor, provider, olga)

    assert is_in(visitor)
