"""What a page shows of an answer, kept as static/js/answer.js keeps it: from a fragment, and from events."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

ACTIVE = ("queued", "running")
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\bw\d+\b")
CSRF = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')
TIME = re.compile(r"(<time [^>]*>)[^<]*")  # "now" is a minute ago when one reloads late
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a page: its attributes, and the source of all of it and of what is inside."""

    attributes: dict[str, str]
    outer: str
    inner: str


class Elements(HTMLParser):
    """Every element of a page, in the order of their ends."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, Element]] = []
        self._page = page
        self._lines = [0]
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._open: list[tuple[str, dict[str, str], int, int]] = []
        self.feed(page)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._here()
        inside = start + len(self.get_starttag_text() or "")
        attributes = {name: value or "" for name, value in attrs}
        if tag in VOID:
            self.found.append((len(self._open), Element(attributes, self._page[start:inside], "")))
        else:
            self._open.append((tag, attributes, start, inside))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._here()
        outer = self._page[start : start + len(self.get_starttag_text() or "")]
        self.found.append((len(self._open), Element({name: value or "" for name, value in attrs}, outer, "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, attributes, start, inside = self._open.pop()
            if opened == tag:
                end = self._page.index(">", self._here()) + 1
                element = Element(attributes, self._page[start:end], self._page[inside : self._here()])
                self.found.append((len(self._open), element))
                return


def elements(page: str, attribute: str) -> list[Element]:
    """Return the elements of `page` that have `attribute`."""
    return [element for _, element in Elements(page).found if attribute in element.attributes]


def children(html: str) -> list[Element]:
    return [element for depth, element in Elements(html).found if depth == 0]


@dataclass(slots=True)
class Shown:
    """One answer as it stands in a page."""

    message: str = ""
    stream: str = ""
    source: str = ""
    cursor: str = ""
    status: str = ""
    blocks: list[str] = field(default_factory=list)
    tail: str = ""
    reasoning: str = ""
    footer: str = ""
    title: str = ""
    place: int | None = None
    fed: bool = False  # this line has brought words
    stale: bool = False  # it told of an end, but not of the words before it

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def html(self) -> str:
        return "".join(self.blocks)

    @property
    def text(self) -> str:
        """The words that can be read, of closed blocks and of the open tail."""
        return unescape(TAG.sub("", "\n".join([*self.blocks, self.tail])))

    @property
    def words(self) -> int:
        """How many numbered words can be read."""
        return len(WORD.findall(self.text))

    @property
    def whole(self) -> dict[str, object]:
        """What must be the same after a reload."""
        words = {"blocks": self.blocks, "tail": self.tail, "reasoning": self.reasoning}
        footer = TIME.sub(r"\1", CSRF.sub(r"\1", self.footer))
        return {"status": self.status, **words, "footer": footer}

    def take(self, event: Event) -> None:
        data = json.loads(event.data) if event.data else None
        if data is not None:
            getattr(self, f"_take_{event.name}", lambda data: None)(data)
        if event.id:
            self.cursor = event.id

    def _take_s(self, data: dict) -> None:
        if data.get("reset"):
            self.blocks, self.tail, self.reasoning = [], "", ""
        self.status, self.place = data["status"], data.get("place")
        if self.is_active:
            return
        self.stale = not self.fed
        if self.fed:
            self.tail, self.footer, self.title = "", data["footer"].strip(), data["title"]

    def _take_b(self, data: dict) -> None:
        self.fed = True
        assert data["i"] <= len(self.blocks), f"block {data['i']} came when there were {len(self.blocks)}"
        if data["i"] == len(self.blocks):
            self.tail = ""
        self.blocks[data["i"] : data["i"] + 1] = [data["html"]]

    def _take_t(self, data: dict) -> None:
        self.tail = until_unit(self.tail, data["keep"]) + data["html"]

    def _take_r(self, data: dict) -> None:
        self.reasoning = until_unit(self.reasoning, data["at"]) + data["text"]


def until_unit(text: str, units: int) -> str:
    """Return the beginning of `text`, whose length is counted as JavaScript does it."""
    kept = text.encode("utf-16-le")
    assert units * 2 <= len(kept), f"{units} units are to be kept of {len(kept) // 2}"
    return kept[: units * 2].decode("utf-16-le")


def read_message(fragment: str) -> Shown:
    """Return what the fragment of an answer, or the last answer of a page, shows."""
    answers = [it for it in elements(fragment, "data-message") if it.attributes["data-role"] == "assistant"]
    assert answers, f"no answer in the page: {title_of(fragment)}"
    attributes, html = answers[-1].attributes, answers[-1].outer
    blocks = children(elements(html, "data-text")[0].inner)
    tail = blocks.pop() if blocks and "data-tail" in blocks[-1].attributes else None
    reasoning = elements(html, "data-reasoning-text")
    return Shown(
        message=attributes["id"].removeprefix("m-"),
        stream=attributes.get("data-stream", ""),
        source=attributes.get("data-source", ""),
        cursor=attributes.get("data-cursor", ""),
        status=attributes["data-status"],
        blocks=[block.outer for block in blocks],
        tail=tail.attributes["data-tail"] if tail else "",
        reasoning=unescape(reasoning[0].inner) if reasoning else "",
        footer=elements(html, "data-footer")[0].outer,
    )


def title_of(page: str) -> str:
    """Return what an unexpected page is about."""
    match = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return unescape(match[1].strip()) if match else page[:200]


def read_events(received: str) -> tuple[list[Event], str]:
    """Return the complete events of `received`, and the beginning of the next one."""
    *parts, rest = received.split("\n\n")
    return list(_events(parts)), rest


def _events(parts: list[str]) -> Iterator[Event]:
    for part in parts:
        fields = dict(line.partition(": ")[::2] for line in part.split("\n"))
        if "data" in fields:
            yield Event(fields.get("event", "message"), fields["data"], fields.get("id", ""))
