"""What a model says is not to be trusted: none of it runs, in mid-stream or after."""

import pytest
from playwright.sync_api import expect

from .chat import answer, ask, expect_status, own, rows, send, words

HOSTILE = """\
<script>document.title = "ran"; window.ran = 1</script>

<img src=x onerror="window.ran = 1"> <svg onload="window.ran = 1"><script>window.ran = 1</script></svg>

<iframe srcdoc="<script>parent.ran = 1</script>"></iframe><style>body { display: none }</style>

[press](javascript:window.ran=1) [press](data:text/html,<script>window.ran=1</script>)
<javascript:window.ran=1>

[press](vbscript:x) [press]( \x01javascript:window.ran=1) ![x](http://192.0.2.1/leak.png)

[a]: javascript:window.ran=1

<a href="https://example.org" onclick="window.ran=1" style="position:fixed;inset:0">over everything</a>

<form action="/c/"><button>press</button></form> <base href="http://192.0.2.1/">
<meta http-equiv=refresh content=0>

`<script>window.ran = 1</script>` $\\href{javascript:window.ran=1}{x}$ [^1]

```html" onload="window.ran=1
<script>window.ran = 1</script>
```

| <img src=x onerror=window.ran=1> | b |
|---|---|
| <svg onload=window.ran=1> | <div hx-get="/" hx-trigger="load" data-stream="/x/" data-copy> |

<div hx-on:click="window.ran=1" hx-vals="js:{a: window.ran = 1}" hx-get="/" hx-trigger="load">press</div>

[^1]: <img src=x onerror=window.ran=1>
"""
FORBIDDEN = (
    "script, img, svg:not(.icon), iframe, style, form, base, meta, "
    "[onclick], [onerror], [onload], [style], [hx-get], [data-stream]"
)


@pytest.mark.parametrize("size", [1, 37])
def test_hostile_markdown_never_runs(ada, upstream, size):
    page = ada.open()
    told = upstream.tells("Attack me")
    send(page, "Attack me")
    page.evaluate(
        """selector => new MutationObserver(() => {
            const found = document.querySelector(`[data-role=assistant] [data-text] :is(${selector})`)
            if (found) window.seen = found.outerHTML
        }).observe(document.body, { subtree: true, childList: true, attributes: true })""",
        FORBIDDEN,
    )
    for at in range(0, len(HOSTILE), size):
        told.say(HOSTILE[at : at + size])
    told.end()
    expect_status(page, "done")

    for _ in ("live", "after a reload"):
        expect(words(page)).to_contain_text("over everything")
        assert page.evaluate("window.ran") is None
        assert page.evaluate("window.seen") is None
        assert words(page).locator(f":is({FORBIDDEN})").count() == 0
        schemes = words(page).locator("a").evaluate_all("links => links.map((link) => link.protocol)")
        assert set(schemes) <= {"http:", "https:", "mailto:"}
        for link in words(page).get_by_text("press", exact=True).all():
            link.click(no_wait_after=True)
        assert page.evaluate("window.ran") is None
        page.reload()


def test_a_hostile_question_is_only_text_wherever_it_is_shown(ada):
    text = "<img src=x onerror=window.ran=1>\"'&amp;{{ 1 }}"
    page = ada.open()
    ask(page, text)
    expect(own(page).locator("[data-text]")).to_have_text(text)
    expect(page.locator("h1")).to_have_text(text)
    expect(rows(page)).to_contain_text([text])
    expect(page).to_have_title(f"{text} · Chat")
    page.reload()
    expect(rows(page)).to_contain_text([text])
    own(page).get_by_role("link", name="Edit this message").click()
    expect(page.locator("[data-message-edit] textarea")).to_have_value(text)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    expect(page.locator("[data-toast]")).to_contain_text(text)
    assert page.evaluate("window.ran") is None


def test_a_hostile_error_of_the_model_is_a_sentence_of_ours(ada, upstream):
    page = ada.open()
    told = upstream.tells("Fail badly", "So far. ")
    told.steps.put(b'data: {"error":{"code":502,"message":"<img src=x onerror=window.ran=1> 10.0.0.7"}}\n\n')
    told.end()
    send(page, "Fail badly")
    expect_status(page, "interrupted")
    expect(answer(page)).not_to_contain_text("10.0.0.7")
    assert answer(page).locator("img").count() == 0
    assert page.evaluate("window.ran") is None
