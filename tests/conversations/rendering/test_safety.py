"""Hostile Markdown, whole and in mid-stream: nothing but the allow-list comes out (`markup.read` raises)."""

import html
from collections.abc import Sequence

import nh3
import pytest

from conversations.rendering import GrowingAnswer, render_markdown
from conversations.rendering.clean import clean, clean_row, clean_text
from tests.conversations.rendering.markup import read, roots

JAVASCRIPT = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)"),
    *(
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript&colon;alert(1)",
        "javascript&#58;alert(1)",
    ),
    *("&#106;avascript:alert(1)", "&#x6A;&#x61;vascript:alert(1)", "&#0000106avascript:alert(1)"),
    *("javascript&#x0A;:alert(1)", "java&Tab;script:alert(1)", "java&NewLine;script:alert(1)"),
    *("javascript%3Aalert(1)", "%6Aavascript:alert(1)", "javascript\\:alert(1)", "//javascript:alert(1)"),
    *("vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4="),
    *(
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "blob:x",
        "ws://x",
    ),
    *(
        "//evil.example/x",
        "/\\evil.example",
        "https:evil.example",
        "https:/\\evil.example",
        "http://",
        "http:///x",
    ),
    *("https://[::1", "https://a b", "view-source:https://a.b", "mailto:", "tel:1", "intent://a#Intent;end"),
]
LINKS = [
    "[a]({})",
    "[a](<{}>)",
    "![a]({})",
    "<{}>",
    "[a][b]\n\n[b]: {}",
    "[a]: <{}>\n\n[a]",
    '[a]({} "t")',
    "{}",
]
MARKUP = [
    *(
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x></SCRIPT>",
        "<scr<script>ipt>",
        "<script\n>alert(1)</script\n>",
    ),
    *(
        "<img src=x onerror=alert(1)>",
        "<img/src=x/onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg><script>1</script>",
    ),
    *(
        "<svg><a xlink:href=javascript:alert(1)>",
        "<math><mtext><style><img src onerror=alert(1)>",
        "<style>*{}</style>",
    ),
    *(
        "<iframe srcdoc='<script>1</script>'>",
        "<object data=x>",
        "<embed src=x>",
        "<form action=//x><input name=a>",
    ),
    *("<a href=javascript:alert(1)>x</a>", "<a href='https://x' onclick=alert(1)>x</a>", "<base href=//x>"),
    *(
        "<meta http-equiv=refresh content=0>",
        "<link rel=stylesheet href=//x>",
        "<body onload=alert(1)>",
        "<!--x-->",
    ),
    *(
        "<!DOCTYPE html>",
        "<?php ?>",
        "<![CDATA[x]]>",
        "<template><script>1</script></template>",
        "<noscript><p title='",
    ),
    *(
        "<textarea><script>1</script>",
        "<title><script>",
        "</p></div></article><script>",
        "<p style=color:red>",
        "<xmp><p>",
    ),
    *(
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        "\\<script>",
        "`<script>`",
        "<<script>>",
        "<b",
        "</",
    ),
    *(
        '" onmouseover="alert(1)',
        "' onfocus='alert(1)",
        "`` ` <img src=x onerror=1>``",
        "\u2028<script>\u2029",
        "\0<scr\0ipt>",
    ),
]
PLACES = [
    *(
        "{}",
        "# {}",
        "- {}",
        "> {}",
        "| {} |\n|---|\n| {} |",
        "[{}](https://a.b)",
        "[a](https://a.b '{}')",
        "*{}*",
    ),
    *(
        '[a](https://a.b "{}")',
        "![{}](https://a.b)",
        "```{}\nx\n```",
        "```\n{}\n```",
        "    {}",
        "`{}`",
        "$${}$$",
    ),
    *(
        "$${}$$\n",
        "[^{}]\n\n[^{}]: {}",
        "[^1]\n\n[^1]: {}",
        "[{}]: https://a.b\n\n[{}]",
        "- [x] {}",
        "https://a.b/{}",
    ),
    *(
        "$$\n{}\n$$",
        "$a{}b$",
        "```html\n{}\n```",
        "```js\n{}\n```",
        "> - 1. {}",
        "a\n{}\n===",
        "<https://a.b/{}>",
    ),
]


def everything_shown(text: str) -> Sequence[str]:
    """Return the HTML of `text` as a whole, and of every view while it comes in small pieces."""
    shown = [render_markdown(text), render_markdown(text, plain=True)]
    answer = GrowingAnswer()
    for start in range(0, len(text), 3):
        answer.append(text[start : start + 3])
        view = answer.view()
        shown += [view.html + view.tail_html]
    return shown


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("target", JAVASCRIPT)
def test_no_target_but_http_https_and_mailto_becomes_a_link(link, target):
    for shown in everything_shown(link.replace("{}", target)):
        for anchor in read(shown).all("a"):
            assert anchor.attributes["href"].startswith(("http://", "https://", "mailto:")), shown


@pytest.mark.parametrize("markup", MARKUP)
def test_no_markup_gets_through_wherever_it_stands(markup):
    for place in PLACES:
        whole, plain, *growing = map(roots, everything_shown(place.replace("{}", markup)))
        assert whole, place
        assert plain, place
        assert growing[-1], place


@pytest.mark.parametrize("markup", MARKUP)
def test_raw_markup_in_a_paragraph_is_readable(markup):
    text = "".join("".join(root.text for root in roots(render_markdown(f"a {markup} b"))).split())

    assert text.startswith("a")
    assert text.endswith("b")


def test_the_last_step_alone_stops_everything():
    """`clean` trusts nothing: even with every step before it broken, no markup of these gets through."""
    for markup in MARKUP:
        read(clean(markup))
        read("<table><tbody>" + clean_row(f"<tr><td>{markup}</td></tr>") + "</tbody></table>")
        assert html.unescape(clean_text(markup)) == markup.replace("\0", "")


def test_the_last_step_keeps_no_foreign_class_style_or_id():
    kept = clean('<p class="message__footer" style="x" id="composer" onclick="x" data-text>a</p>')
    linked = clean(
        '<a href="/c/1/delete/">x</a><a href="#main">y</a><span data-stream="/x" class="n">z</span>'
    )

    assert kept == "<p>a</p>"
    assert "delete" not in linked
    assert "#main" not in linked
    assert "data-stream" not in linked


def test_what_is_clean_stays_as_it_is():
    text = "# a\n\n- b\n- [x] c\n\n| d |\n|--:|\n| e |\n\n```py\nf\n```\n\n> g [h](https://i.j) $k$[^1]\n\n"
    text += "[^1]: l\n"
    once = render_markdown(text)

    assert clean(once) == once
    assert nh3.is_html(once)


ODD = ["\0", "\ud800", "\udfff\ud800", "a\x0bb", "\x1b[31m", "\ufeff", "\u202e", "\x85", "\x1c"]


@pytest.mark.parametrize("text", ODD)
def test_odd_characters_break_nothing(text):
    for place in PLACES:
        for shown in everything_shown(place.replace("{}", text)):
            roots(shown)
            shown.encode()
            assert "\0" not in shown
