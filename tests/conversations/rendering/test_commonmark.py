"""The specification's own examples, with what we do differently on purpose put in our form first.

On purpose: raw HTML is text, an image is a link, a link goes to http, https or mailto or is only its text, a
heading is an h3 with a size, code blocks have a head, bare addresses are links.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from conversations.rendering import render_markdown
from conversations.rendering.links import target_of
from tests.conversations.rendering.markup import read

EXAMPLES = json.loads((Path(__file__).parents[2] / "data" / "commonmark" / "spec-0.30.json").read_text())
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_VOID = {"br", "hr", "img", "input"}
_WITH_HTML, _WITHOUT_HTML = (MarkdownIt("commonmark", {"html": html}) for html in (True, False))

Event = tuple[str, ...]


def holds_raw_html(example: dict[str, str]) -> bool:
    return _WITH_HTML.render(example["markdown"]) != _WITHOUT_HTML.render(example["markdown"])


class Structure(HTMLParser):
    """HTML -> a list of tags and words that says what is inside what."""

    def __init__(self, *, ours: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.ours = ours
        self.events: list[Event] = []
        self.skipping = 0
        self.in_code = 0
        self.links: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self.skipping or tag == "figcaption" or attributes.get("class") == "link__host":
            self.skipping += tag not in _VOID
        elif tag == "a":
            self._link(attributes)
        elif tag == "img":
            self._image(attributes)
        elif tag in ("figure", "span"):
            pass
        else:
            self.in_code += tag == "pre"
            heading = attributes.get("class", "").removeprefix("heading-")
            self.events.append((f"h{heading}" if heading.isdigit() else tag, attributes.get("start", "")))

    def handle_endtag(self, tag: str) -> None:
        if self.skipping:
            self.skipping -= 1
        elif tag == "a":
            if self.links.pop():
                self.events.append(("/a",))
        elif tag not in ("figure", "span", *_VOID):
            self.in_code -= tag == "pre"
            self.events.append(("/h",) if tag in _HEADINGS else ("/" + tag,))

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self._text(data)

    def _link(self, attributes: dict[str, str]) -> None:
        href = attributes["href"] if self.ours else target_of(attributes["href"]).href
        self.links.append(bool(href))
        if href:
            self.events.append(("a", href, attributes.get("title", "")))

    def _image(self, attributes: dict[str, str]) -> None:
        href = "" if any(self.links) else target_of(attributes["src"]).href
        label = f"[image: {attributes['alt']}]"
        self.events += [("a", href, "")] if href else []
        self._text(label)
        self.events += [("/a",)] if href else []

    def _text(self, data: str) -> None:
        before = self.events.pop()[1] if self.events and self.events[-1][0] == "text" else ""
        text = before + data  # an image is text, so it may follow text
        if not self.in_code:
            text = re.sub(r"\s+", " ", text)
        self.events.append(("text", text))


def structure(html: str, *, ours: bool = False) -> list[Event]:
    reader = Structure(ours=ours)
    reader.feed(html)
    reader.close()
    trimmed = [(kind, *(value.strip() for value in values)) for kind, *values in reader.events]
    return [event for event in trimmed if event != ("text", "")]


def agrees(example: dict[str, str]) -> bool:
    return structure(render_markdown(example["markdown"]), ours=True) == structure(example["html"])


def test_at_least_97_in_100_examples_have_the_structure_of_the_specification():
    tried = [example for example in EXAMPLES if not holds_raw_html(example)]
    failed = [example["example"] for example in tried if not agrees(example)]

    assert len(tried) > 550
    assert len(failed) <= 0.03 * len(tried), failed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["example"]))
def test_every_example_is_safe_and_shows_something_where_the_specification_does(example):
    tree = read(render_markdown(example["markdown"]))

    assert tree.children or not example["html"].strip()


def test_raw_html_of_the_examples_is_shown_as_text():
    for example in filter(holds_raw_html, EXAMPLES):
        tree = read(render_markdown(example["markdown"]))
        assert "<" in tree.text, example["markdown"]
