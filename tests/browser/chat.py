"""What a person does and sees on the pages of the chat, in the words of the walks."""

from playwright.sync_api import Locator, Page, Route, expect

from tests.conversations.management.processes import wait_for
from tests.served.site import Site

from .visitor import PATIENCE_MS

RICH = """\
## Why the sky is blue

Air scatters `short` wavelengths **far more** than long ones.[^1] See [the long story](https://example.org/sky).

| colour | nm |
|:-------|---:|
| violet | 400 |
| red    | 700 |

1. Take a torch.
2. Fill a glass
   - add *milk*,
   - stir.

```python
def scattered(nm: float) -> float:
    return (700 / nm) ** 4
```

The strength is $1/\\lambda^4$, and it costs $5 or $10.

> The same air colours the evening red.

[^1]: Described by Lord Rayleigh in 1871.
"""

# What a message looks like, without what differs from page to page: tokens of forms, times and the focus.
LOOK = """article => {
  const copy = article.cloneNode(true)
  copy.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => input.removeAttribute("value"))
  copy.querySelectorAll("time").forEach((time) => time.remove())
  return copy.querySelector("[data-text]").innerHTML + copy.querySelector("[data-footer]").innerHTML
}"""


def box(page: Page) -> Locator:
    return page.locator("#composer-text")


def send(page: Page, text: str) -> None:
    # Before the page's own modules are there, Enter only breaks the line.
    expect(page.locator("[data-composer]")).to_have_attribute("data-started", "")
    box(page).fill(text)
    box(page).press("Enter")


def rewrite(page: Page, text: str) -> None:
    """Type `text` in place of the message that is being edited, once its caret is at the end."""
    box = "document.querySelector('[data-message-edit] textarea')"
    until(page, f"{box} && document.activeElement === {box} && {box}.selectionStart === {box}.value.length")
    page.locator("[data-message-edit] textarea").fill(text)


def own(page: Page) -> Locator:
    """The person's messages."""
    return page.locator('[data-message][data-role="user"]')


def answers(page: Page) -> Locator:
    return page.locator('[data-message][data-role="assistant"]')


def answer(page: Page) -> Locator:
    """The newest answer."""
    return answers(page).last


def words(page: Page) -> Locator:
    """The words of the newest answer."""
    return answer(page).locator("[data-text]")


def expect_status(page: Page, status: str) -> None:
    expect(answer(page)).to_have_attribute("data-status", status)
    if status not in {"queued", "running"}:
        expect(answer(page).locator(".actions")).to_be_attached()


def ask(page: Page, text: str) -> None:
    """Send `text` and wait for the end of the answer."""
    before = answers(page).count()
    send(page, text)
    expect(answers(page)).to_have_count(before + 1)
    expect_status(page, "done")


def look(message: Locator) -> str:
    """Return the HTML of a message as it stands, once its code blocks have their buttons."""
    blocks = message.locator("figure[data-code]").count()
    expect(message.locator("figure[data-code] .code__button")).to_have_count(blocks * 2)
    return str(message.evaluate(LOOK))


def rows(page: Page) -> Locator:
    """The rows of the side bar."""
    return page.locator("#conversation-list [data-row]")


def hold(page: Page, address: str) -> list[Route]:
    """Keep requests for `address` back, as a slow line does, until `let_go`."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))  # noqa: PLW0108 - Playwright cannot wrap append
    return held


def let_go(page: Page, held: list[Route]) -> None:
    for route in held:
        route.continue_()
    page.unroute_all(behavior="ignoreErrors")


def messages_stored(site: Site, text: str) -> int:
    return len(site.query("SELECT 1 FROM conversations_message WHERE text = %s", text))


def stored_answer(site: Site, question: str) -> str:
    """Return the words of the running answer to `question` that are on the disk."""
    rows = site.query(
        """SELECT chunk.text FROM conversations_chunk chunk
           JOIN conversations_generation generation ON generation.id = chunk.generation_id
           JOIN conversations_message answer ON answer.id = generation.message_id
           JOIN conversations_message question ON question.id = answer.parent_id
           WHERE question.text = %s AND chunk.kind = 'answer' ORDER BY chunk.position""",
        question,
    )
    return "".join(str(text) for (text,) in rows)


def until(page: Page, expression: str) -> None:
    """Wait until `expression` holds; from outside: the page's policy forbids Playwright's own waiting."""
    assert wait_for(lambda: page.evaluate(expression), limit_s=PATIENCE_MS / 1000), expression
