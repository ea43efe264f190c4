import pytest

from conversations.rendering import render_markdown, render_plain
from tests.conversations.rendering.markup import Node, read, roots


def only(markdown: str) -> Node:
    (root,) = roots(render_markdown(markdown))
    return root


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Hello", '<p dir="auto">Hello</p>'),
        ("*a* **b** ~~c~~", '<p dir="auto"><em>a</em> <strong>b</strong> <del>c</del></p>'),
        ("`x < 1`", '<p dir="auto"><code dir="ltr">x &lt; 1</code></p>'),
        ("---", '<hr dir="auto">'),
        ("> a", '<blockquote dir="auto">\n<p>a</p>\n</blockquote>'),
        ("- a\n- b", '<ul dir="auto">\n<li>a\n</li>\n<li>b\n</li>\n</ul>'),
        ("3. a", '<ol start="3" dir="auto">\n<li>a\n</li>\n</ol>'),
        ("", ""),
        ("  \n\n", ""),
    ],
)
def test_a_construct_has_its_html(markdown, html):
    assert render_markdown(markdown) == html


def test_headings_are_one_level_with_their_size_in_the_class():
    sizes = [root.attributes["class"] for root in roots(render_markdown("# a\n## b\n###### c"))]

    assert sizes == ["heading-1", "heading-2", "heading-6"]


def test_a_block_of_code_has_a_head_with_its_language_and_coloured_text():
    figure = only("```python title=x\ndef f(): pass\n```")

    assert figure.attributes == {"class": "code", "data-code": "", "dir": "ltr"}
    assert figure.all("figcaption")[0].text == "python"
    assert figure.all("code")[0].text == "def f(): pass\n"
    assert "nf" in [span.attributes["class"] for span in figure.all("span")]


def test_a_table_scrolls_by_itself_and_keeps_its_alignment():
    table = only("| a | b |\n|--:|:-:|\n| 1<br>2 | x \\| y |")

    assert (table.tag, table.attributes["class"], table.attributes["tabindex"]) == ("div", "table", "0")
    assert [cell.attributes["align"] for cell in table.all("td")] == ["right", "center"]
    assert [cell.text for cell in table.all("td")] == ["1\n2", "x | y"]
    assert len(table.all("br")) == 1


def test_tasks_are_boxes_that_cannot_be_ticked():
    items = only("- [x] done\n- [ ] to do\n- plain").all("li")

    assert [item.attributes.get("class") for item in items] == ["task", "task", None]
    assert [sorted(box.attributes) for box in items[0].all("input")] == [
        ["aria-labelledby", "checked", "disabled", "type"]
    ]
    assert "checked" not in items[1].all("input")[0].attributes


@pytest.mark.parametrize(
    ("markdown", "math"),
    [
        ("Let $a^2$ be.", ["a^2"]),
        ("$x$, $y$ and $2n + 1$.", ["x", "y", "2n + 1"]),
        ("It costs $5 and $10.", []),
        ("Between $5-$10, or $5, or 10$ each.", []),
        ("`$x$` and $HOME/$USER and ${a}${b}", []),
        ("US$5 x$ and \\$a\\$", []),
        ("From $20 up to 30$ a month", []),
        ("so $$x^2$$ follows", ["x^2"]),
        ("$$\nx < y\n$$", ["x < y"]),
        ("where:\n$$\na\n$$\nand", ["a"]),
        ("$$ a + b $$", ["a + b"]),
        ("$$\nnever closed\n\ntext", []),
        ("$ a $ and $a\\$b$", ["a\\$b"]),
    ],
)
def test_math_is_found_and_money_left_alone(markdown, math):
    tree = read(render_markdown(markdown))
    found = [node for tag in ("span", "div") for node in tree.all(tag) if "data-math" in node.attributes]

    assert [node.text for node in found] == math


def test_display_math_is_marked_as_such():
    assert only("$$x$$").attributes["class"] == "math math--block"
    assert only("a $$x$$").all("span")[0].attributes["class"] == "math math--block"
    assert only("a $x$").all("span")[0].attributes["class"] == "math"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("[the docs](https://docs.example.com/a)", "the docs docs.example.com"),
        ("[https://bank.example](https://evil.example/)", "https://bank.example evil.example"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("https://example.com/a", "https://example.com/a"),
        ("[example.com](https://example.com/)", "example.com"),
        ("https://bank.example@evil.example/", "https://bank.example@evil.example/ evil.example"),
        ("[write](mailto:me@example.com)", "write me@example.com"),
        ("[up](/a/b)", "up"),
        ("[part](#part)", "part"),
        ("[call](tel:123)", "call tel:123"),
        ("![a cat](https://img.example/cat.png)", "[image: a cat] img.example"),
    ],
)
def test_a_link_says_where_it_leads(markdown, text):
    assert only(markdown).text == text


@pytest.mark.parametrize(
    ("markdown", "href"),
    [
        ("See https://example.com/a_b_c/__init__.py.", "https://example.com/a_b_c/__init__.py"),
        ("(https://en.example/wiki/A_(b))", "https://en.example/wiki/A_(b)"),
        ("go to www.example.com!", "http://www.example.com"),
        ("mail me.too@example.org, please", "mailto:me.too@example.org"),
        ("**https://example.com**", "https://example.com"),
        ("HTTPS://example.com/A", "https://example.com/A"),
    ],
)
def test_a_bare_address_is_a_link(markdown, href):
    (link,) = only(markdown).all("a")

    assert link.attributes["href"] == href
    assert link.attributes["rel"] == "noopener noreferrer nofollow"


@pytest.mark.parametrize(
    "markdown", ["README.md and main.py", "1.2.3", "a@b", "@ada", "http://", "xhttps://a.b", "file.sh"]
)
def test_what_only_looks_like_an_address_is_not_a_link(markdown):
    assert only(markdown).all("a") == []


def test_an_image_is_a_link_and_inside_a_link_only_its_words():
    image, badge = roots(
        render_markdown(
            "![cat](https://a.example/c.png)\n\n[![cat](https://a.example/c.png)](https://b.example)"
        )
    )

    assert image.all("a")[0].attributes["href"] == "https://a.example/c.png"
    assert [link.attributes["href"] for link in badge.all("a")] == ["https://b.example"]


def test_raw_html_is_shown_as_it_was_written():
    html = "<details open><b>x</b></details>\n\n<!-- note -->"

    assert [root.text for root in roots(render_markdown(html))] == [
        "<details open><b>x</b></details>",
        "<!-- note -->",
    ]


def test_footnotes_lead_there_and_back():
    root, section = roots(render_markdown("A[^x] b[^x] c[^none].\n\n[^x]: The *note*.\n"))
    first, second = root.all("a")
    (note,) = section.all("li")

    assert first.attributes["href"] == second.attributes["href"] == "#" + note.attributes["id"]
    assert [back.attributes["href"] for back in note.all("a")] == [
        "#" + first.attributes["id"],
        "#" + second.attributes["id"],
    ]
    assert "[^none]" in root.text
    assert note.all("em")[0].text == "note"


def test_footnotes_may_refer_to_footnotes():
    _, section = roots(render_markdown("A[^x].\n\n[^x]: See[^y].\n[^y]: Here.\n"))

    assert [note.text.split(" ↩")[0].strip() for note in section.all("li")] == ["See2.", "Here."]


def test_footnotes_of_two_answers_on_a_page_do_not_share_ids():
    one, other = (roots(render_markdown(f"{word}[^1]\n\n[^1]: n\n"))[1] for word in ("One", "Other"))

    assert one.all("li")[0].attributes["id"] != other.all("li")[0].attributes["id"]


def test_text_decides_its_direction_but_code_and_math_do_not():
    html = render_markdown("שלום\n\n`a`\n\n```\nb\n```\n\n$$c$$\n\n| d |\n|---|\n| e |\n")

    assert [root.attributes["dir"] for root in roots(html)] == ["auto", "auto", "ltr", "ltr", "auto"]


def test_plain_text_keeps_every_character():
    assert roots(render_plain("# a\n  <b> & *c*"))[0].text == "# a\n  <b> & *c*"
    assert render_markdown("*a*", plain=True) == render_plain("*a*")
