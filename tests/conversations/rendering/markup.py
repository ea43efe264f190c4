"""Reads HTML strictly: what is not closed in order, not on the list or not ours raises."""

from html.parser import HTMLParser

VOID = {"br", "hr", "input"}
TAGS = {
    *(
        "p",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "figure",
        "figcaption",
        "span",
    ),
    *("div", "table", "thead", "tbody", "tr", "th", "td", "a", "em", "strong", "del", "sup", "section"),
    *VOID,
}
ATTRIBUTES = {
    *(
        "dir",
        "class",
        "href",
        "rel",
        "title",
        "id",
        "aria-labelledby",
        "start",
        "align",
        "tabindex",
        "type",
        "disabled",
    ),
    *("checked", "data-code", "data-math"),
}


class Unsafe(AssertionError):
    """HTML that must never leave the renderer."""


class Node:
    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Node | str] = []

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str) -> list["Node"]:
        found = [self] if self.tag == tag else []
        for child in self.children:
            if isinstance(child, Node):
                found += child.all(tag)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Unsafe(f"<{tag}>")
        attributes = {name: value or "" for name, value in attrs}
        if not attributes.keys() <= ATTRIBUTES:
            raise Unsafe(f"<{tag} {attributes}>")
        href = attributes.get("href")
        if href is not None and not href.startswith(("http://", "https://", "mailto:", "#fn")):
            raise Unsafe(f"href={href!r}")
        node = Node(tag, attributes)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            raise Unsafe(f"</{tag}> closes <{self.open[-1].tag}>")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise Unsafe(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        raise Unsafe(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        raise Unsafe(f"<?{data}>")


def read(html: str) -> Node:
    """Return the tree of `html`; raises Unsafe."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if len(reader.open) != 1:
        raise Unsafe(f"<{reader.open[-1].tag}> is not closed")
    return reader.root


def roots(html: str) -> list[Node]:
    """Return the root elements of `html`; text between them is not allowed."""
    tree = read(html)
    if any(isinstance(child, str) and child.strip() for child in tree.children):
        raise Unsafe("text outside of any element")
    return [child for child in tree.children if isinstance(child, Node)]
