"""Two servers of one database: the page does not care which of them it has met."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import expect

from tests.served.database import Database
from tests.served.site import Site
from tools.postgres import postgres

from .chat import answer, expect_status, look, send, words
from .conftest import hold_true
from .proxy import Proxy


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory, upstream) -> Iterator[tuple[Site, Site]]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres())
        except (OSError, RuntimeError, ImportError, subprocess.SubprocessError) as problem:
            pytest.skip(f"no PostgreSQL here: {problem}")
        directories = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
        database = Database(url, directories[0]).prepare()
        one, two = (Site(directory, upstream, database=database) for directory in directories)
        for site in (one, two):
            stack.callback(site.kill)
            database.is_prepared = False  # to have the files of the pages, too
            site.start()
        yield one, two
        hold_true(one)
        assert "Traceback" not in two.said, two.said


def test_a_stop_at_one_server_is_seen_at_the_other(two_sites, visit, upstream):
    one, two = two_sites
    ada = visit(at=one)
    page = ada.open()
    told = upstream.tells("One answer, two servers?", "First. ")
    send(page, "One answer, two servers?")
    expect(words(page)).to_have_text("First.")
    other = visit(at=two, person=ada.person).open(page.url.replace(one.url, two.url))
    expect(words(other)).to_have_text("First.")
    told.say("Second.")
    for tab in (page, other):
        expect(words(tab)).to_have_text("First. Second.")

    other.get_by_role("button", name="Stop the answer").click()

    told.wait_until_left(2)
    for tab in (page, other):
        expect_status(tab, "stopped")
        expect(answer(tab)).to_contain_text("Stopped.", timeout=1000)
        expect(words(tab)).to_have_text("First. Second.")
    assert look(answer(page)) == look(answer(other))


def sign_in(site: Site, name: str, address: str) -> int:
    """Try a wrong password at `site`, as a computer with `address` on this machine's loopback."""
    with httpx.Client(
        base_url=site.url, transport=httpx.HTTPTransport(local_address=address), timeout=30
    ) as client:
        client.get("/accounts/login/")
        told = {"login": name, "password": "wrong", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        return client.post("/accounts/login/", data=told, headers={"Origin": site.url}).status_code


@pytest.mark.parametrize("by", ["address", "account"])
def test_wrong_passwords_at_two_servers_are_counted_together(two_sites, by):
    tries = [
        sign_in(two_sites[number % 2], f"nobody{number}", "127.0.0.77")
        if by == "address"
        else sign_in(two_sites[number % 2], "nobody", f"127.0.0.{100 + number}")
        for number in range(12)
    ]

    assert tries == [200] * 10 + [429] * 2


def test_a_page_whose_server_dies_goes_on_at_the_one_that_makes_the_answer(two_sites, visit, upstream):
    ada = visit(at=two_sites[0])
    page = ada.open()
    told = upstream.tells("And when one of them dies?", "First. ")
    send(page, "And when one of them dies?")
    expect(words(page)).to_have_text("First.")
    maker, other = in_order(two_sites)
    proxy = Proxy(other, maker)
    watching = visit(at=other, person=ada.person, through=proxy.url).open(f"/c/{page.url.split('/c/')[1]}")
    expect(words(watching)).to_have_text("First.")

    other.kill()
    told.say("Second. ")
    expect(words(watching)).to_have_text("First. Second.")
    told.say("Last.").end()

    expect_status(watching, "done")
    expect(words(watching)).to_have_text("First. Second. Last.")
    live = look(answer(watching))
    watching.reload()
    assert look(answer(watching)) == live
    proxy.close()


def in_order(sites: tuple[Site, Site]) -> tuple[Site, Site]:
    """Return the site that makes the answer, and the other one."""
    [(owner,)] = sites[0].query("SELECT owner FROM conversations_generation WHERE status = 'running'")
    maker = next(site for site in sites if f":{site.pid}:" in str(owner))
    return maker, next(site for site in sites if site is not maker)
