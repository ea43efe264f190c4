"""The site without a browser: the same send two hundred times, and reconnects from anywhere."""

import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.conversations.management.processes import wait_for
from tests.served.site import Site

from .chat import RICH, messages_stored


@pytest.fixture
def client(site):
    """Ada, by hand: a signed-in session and a token, with the header that htmx sends."""
    with httpx.Client(base_url=site.url, timeout=30) as client:
        client.cookies.set("sessionid", site.person().session)
        page = client.get("/").text
        token = re.search(r'name="csrf-token" content="(\w+)"', page)[1]
        client.headers.update({"X-CSRFToken": token, "Referer": site.url})
        yield client


def begin(client: httpx.Client, text: str) -> str:
    """Start a conversation and return its path."""
    response = client.post("/", data={"text": text, "key": str(uuid4())})
    assert response.status_code == 302
    return response.headers["location"]


def facts(client: httpx.Client, path: str) -> dict[str, str]:
    page = client.get(path).text
    found = {
        "leaf": r'name="leaf" value="([\w-]*)"',
        "events": r'data-stream="([^"]+)"',
        "cursor": r'data-cursor="([^"]*)"',
    }
    return {name: (re.search(pattern, page) or ["", ""])[1] for name, pattern in found.items()}


def test_two_hundred_doubles_of_one_send_are_one_message(client, site: Site):
    path = begin(client, "The first of all")
    assert wait_for(lambda: not facts(client, path)["events"])
    fields = {"text": "Sent so often", "key": str(uuid4()), "leaf": facts(client, path)["leaf"]}

    with ThreadPoolExecutor(20) as pool:
        sent = pool.map(lambda _: client.post(f"{path}send/", data=fields).status_code, range(200))

    assert set(sent) == {302}
    assert messages_stored(site, "Sent so often") == 1


def test_doubles_of_a_first_message_are_one_conversation(client, site: Site):
    fields = {"text": "Begun so often", "key": str(uuid4())}

    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(lambda _: client.post("/", data=fields), range(30)))

    assert {response.status_code for response in sent} == {302}
    assert len({response.headers["location"] for response in sent}) == 1
    assert messages_stored(site, "Begun so often") == 1


class Reader:
    """What stream.js does with the events, for the words alone: blocks, the tail, and a cursor."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.tail = ""
        self.cursor = ""
        self.ended = False
        self.footer = ""

    def take(self, raw: str) -> None:
        fields = dict(line.split(": ", 1) for line in raw.split("\n") if ": " in line and line[0] != ":")
        if "data" not in fields:
            return
        data = json.loads(fields["data"])
        if fields["event"] == "s":
            if data.get("reset"):
                self.blocks, self.tail = [], ""
            self.ended = data["status"] not in {"queued", "running"}
            self.footer = data.get("footer", "")
        elif fields["event"] == "b":
            self.blocks[data["i"] : data["i"] + 1] = [data["html"]]
            self.tail = self.tail if data["i"] < len(self.blocks) - 1 else ""
        elif fields["event"] == "t":
            kept = self.tail.encode("utf-16-le")[: data["keep"] * 2].decode("utf-16-le")
            self.tail = kept + data["html"]
        self.cursor = fields["id"]

    def follow(self, client: httpx.Client, address: str, events: int) -> None:
        """Read `events` events from where this reader stands, then cut the line."""
        with client.stream("GET", address, params={"cursor": self.cursor}) as response:
            if response.status_code == 204:
                self.ended = True
                return
            rest = ""
            for text in response.iter_text():
                rest += text
                while "\n\n" in rest and events:
                    raw, _, rest = rest.partition("\n\n")
                    self.take(raw)
                    events -= 1
                if not events or self.ended:
                    return


def test_a_hundred_reconnects_from_random_places_equal_the_whole(client, upstream, site: Site):
    rng = random.Random(7)
    text = RICH + "\n\nA 👩‍👩‍👧 and an ünicode end 😀😀.\n"
    told = upstream.tells("Lose the line")
    path = begin(client, "Lose the line")
    told.wait_until_asked()
    address = facts(client, path)["events"]
    whole, broken = Reader(), Reader()
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(whole.follow, client, address, 1_000_000)
        pieces = [text[at : at + 6] for at in range(0, len(text), 6)]
        for count in range(100):
            told.say(*pieces[len(pieces) * count // 100 : len(pieces) * (count + 1) // 100])
            if rng.random() < 0.2:
                broken.cursor = rng.choice(["", "999-1-1", "1-0-0", "nonsense", "-1--1--1", "1-1-1-1"])
                broken.blocks, broken.tail = [], ""
            # The first event comes at once; a second one would come with the next words.
            broken.follow(client, address, 1)
        told.end()
        broken.follow(client, address, 1_000_000)
        watching.result(timeout=30)

    assert whole.ended
    page = client.get(path).text
    html = page.split("data-text>")[-1].split("<footer")[0].rpartition("</div>")[0]
    assert "".join(whole.blocks).strip() == html.strip()
    if broken.footer:
        assert "".join(broken.blocks).strip() == html.strip()
