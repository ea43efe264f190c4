"""One person's browser. Whatever goes wrong behind the page fails the walk, not only what it looks for."""

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.conversations.management.processes import wait_for
from tests.served.database import Person
from tests.served.site import Site

PATIENCE_MS = 20_000
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `policy violated: ${event.effectiveDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`))
"""
# A box that is started knows whether it is empty.
IS_READY = """() => {
  const box = document.querySelector("[data-composer] textarea")
  return !box || box.value !== "" || box.form.hasAttribute("data-empty")
}"""
# What the browser itself prints of a status that the walk is about, or of a line that it has cut.
HARMLESS = ("Failed to load resource",)


class Visitor:
    """A browser context of its own: cookies, storage and tabs are nobody else's."""

    def __init__(
        self, browser: Browser, site: Site, person: Person | None, *, through: str = "", **options: Any
    ) -> None:
        """`through` is the address of a proxy in front of `site`."""
        self.site = site
        self.url = through or site.url
        self.runs_scripts = bool(options.get("java_script_enabled", True))
        self.person = person
        self.faults: list[str] = []
        self.forgiven: tuple[str, ...] = HARMLESS
        self.context = browser.new_context(base_url=self.url, **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        self.context.on("request", self._see_request)
        self.context.on("response", self._see_response)
        if person is not None:
            self.sign_in(person)

    def sign_in(self, person: Person) -> None:
        self.context.add_cookies([{"name": "sessionid", "value": person.session, "url": self.url}])

    def open(self, address: str = "/") -> Page:
        """Open a tab."""
        page = self.context.new_page()
        page.goto(address)
        if self.runs_scripts:
            assert wait_for(lambda: page.evaluate(IS_READY)), "the page's modules did not start"
        return page

    def forgive(self, *words: str) -> None:
        """Let console errors that hold one of `words` pass: this walk causes them on purpose."""
        self.forgiven += words

    def close(self) -> None:
        self.context.close()
        assert not self.faults, "\n".join(self.faults)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in self.forgiven):
            self.faults.append(f"console: {message.text}")

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.faults.append(f"another host was asked: {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.request.method} {response.url}")
