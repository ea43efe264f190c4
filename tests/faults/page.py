"""A page without a browser: it asks as htmx does and follows as static/js/stream.js does.

The following goes on in the background; what a test calls waits for its answer. Any number of pages may be
open at once, of one person or of many.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from uuid import uuid4

import httpx

from tests.served.database import Person
from tests.served.site import Site

from .background import PATIENCE_S, Background
from .shown import Event, Shown, read_events, read_message, title_of

CSRF = "b" * 32
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a site is plain HTTP here; authorities take 20 ms to load
BEAT_S = 20  # the server beats every 15 s; a line without beats is dead
LONGEST_PAUSE_S = 2  # a browser waits up to 15 s: a test has less time
RELOADS = {301, 302, 401, 403, 404}


@dataclass(slots=True)
class Asked:
    """A message that was sent. The server acknowledged it, or nobody knows whether it came."""

    text: str
    key: str
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """What came when, by time.monotonic(): an event's name, attached, beat, lost, replaced, gone."""

    at: float
    what: str


class Page:
    """One tab of one person."""

    def __init__(self, site: Site, person: Person, background: Background) -> None:
        self.site = site
        self.person = person
        self.background = background
        self.conversation = ""  # the address of what is open; empty: a new one
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        self._leaf = ""
        self.client = httpx.AsyncClient(
            base_url=site.url,
            cookies={"sessionid": person.session, "csrftoken": CSRF},
            headers={"X-CSRFToken": CSRF},
            timeout=httpx.Timeout(PATIENCE_S, connect=5),
            limits=httpx.Limits(max_connections=None),
            verify=NO_TLS,
            trust_env=False,
        )

    def ask(self, text: str, *, key: str = "") -> "Answer":
        """Send `text` to what is open, and follow its answer."""
        response = self.send(text, key=key)
        assert response.status_code == 200, f"{response.status_code} for {text!r}: {title_of(response.text)}"
        return self._follow(read_message(response.text))

    def send(self, text: str, *, key: str = "") -> httpx.Response:
        """Send `text`, once more with the same `key` if one is given, and return what the server says."""
        form = self.form(text, key=key)
        asked = self.asked[-1]
        response = self.post(f"{self.conversation}send/" if self.conversation else "/", form)
        asked.acknowledged = response.status_code == 200
        self.conversation = response.headers.get("HX-Push-Url", self.conversation)
        return response

    def form(self, text: str, *, key: str = "") -> dict[str, str]:
        """Return what the composer sends, and note it as not acknowledged."""
        self.asked.append(Asked(text, key or str(uuid4())))
        return {"text": text, "key": self.asked[-1].key, "leaf": self._leaf}

    def open(self, address: str) -> "Answer":
        """Load the page of a conversation, as a reload or another tab does; follow its last answer."""
        response = self.get(address)
        assert response.status_code == 200, f"{response.status_code} at {address}: {title_of(response.text)}"
        self.conversation = address
        return self._follow(read_message(response.text))

    def get(self, address: str, *, htmx: bool = False) -> httpx.Response:
        return self.background.run(self.client.get(address, headers=self.headers(htmx=htmx)))

    def post(self, address: str, form: dict[str, str] | None = None, *, htmx: bool = True) -> httpx.Response:
        return self.background.run(self.client.post(address, data=form, headers=self.headers(htmx=htmx)))

    def headers(self, *, htmx: bool = True) -> dict[str, str]:
        return {"HX-Request": "true", "HX-Current-URL": self.site.url + self.conversation} if htmx else {}

    def close(self) -> None:
        for answer in self.answers:
            answer.leave()
        self.background.run(self.client.aclose())

    def _follow(self, shown: Shown) -> "Answer":
        self._leaf = shown.message
        self.answers.append(Answer(self, shown))
        return self.answers[-1].follow()

    def show_retried(self, transcript: str) -> "Answer":
        """Show what came back when an answer was asked for again."""
        return self._follow(read_message(transcript))


@dataclass(slots=True)
class Answer:
    """An answer that a page follows to its end, through lost lines, always from where the page stands."""

    page: Page
    shown: Shown
    moments: list[Moment] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)  # why lines were lost
    most_words: int = 0  # the most numbered words that could be read at any time
    ended_at: float | None = None  # time.monotonic()
    is_gone: bool = False  # the page was sent elsewhere: deleted, logged out
    is_left: bool = False  # nobody looks at it any more
    failure: Exception | None = None
    _changed: Condition = field(default_factory=Condition)
    _task: "asyncio.Task[None] | None" = None

    def follow(self) -> "Answer":
        """Follow from where the page stands; also after `leave`."""
        self.page.background.run(self._begin())
        return self

    def leave(self) -> None:
        """Close the line and do not come back."""
        self.page.background.run(self._leave())

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def words(self) -> int:
        """How many numbered words can be read now."""
        return self.shown.words

    @property
    def key(self) -> str:
        """What its row is found by."""
        return self.shown.message.replace("-", "")

    @property
    def generation(self) -> str:
        """The address of its generation; only known where it was seen running."""
        return self.shown.stream.removesuffix("events/")

    def first(self, *names: str) -> float:
        """Return the moment when the first of `names` came, by time.monotonic()."""
        return next(moment.at for moment in self.moments if moment.what in names)

    def wait_until(
        self, condition: "Callable[[Answer], object]", *, within_s: float = PATIENCE_S
    ) -> "Answer":
        """Wait until `condition` holds of this answer; it is looked at whenever something came."""
        with self._changed:
            held = self._changed.wait_for(lambda: self.failure or condition(self), within_s)
        if self.failure is not None:
            raise self.failure
        assert held, f"not within {within_s} s: {self}"
        return self

    def wait_for_words(self, count: int, *, within_s: float = PATIENCE_S) -> "Answer":
        return self.wait_until(lambda answer: answer.words >= count, within_s=within_s)

    def wait_for_end(self, *, within_s: float = PATIENCE_S) -> "Answer":
        return self.wait_until(lambda answer: answer.has_ended or answer.is_gone, within_s=within_s)

    def wait_for_loss(self, *, within_s: float = PATIENCE_S) -> "Answer":
        """Wait until a line was lost that was not lost before."""
        before = len(self.losses)
        return self.wait_until(lambda answer: len(answer.losses) > before, within_s=within_s)

    def stop(self) -> httpx.Response:
        return self.page.post(f"{self.generation}stop/")

    def retry(self) -> "Answer":
        """Ask again for this answer, and follow the one that takes its place."""
        response = self.page.post(f"/m/{self.shown.message}/regenerate/")
        assert response.status_code == 200, f"{response.status_code}: {title_of(response.text)}"
        self.is_left = True
        return self.page.show_retried(response.text)

    def reload(self) -> Shown:
        """Return what a page that is opened now shows."""
        response = self.page.get(f"/m/{self.shown.message}/", htmx=True)
        assert response.status_code == 200, f"{response.status_code}: {title_of(response.text)}"
        return read_message(response.text)

    def text(self) -> str:
        """Return the words as they are stored."""
        return self.page.get(f"/m/{self.shown.message}/text/").text

    def __str__(self) -> str:
        moments = ", ".join(f"{moment.what} {moment.at:.2f}" for moment in self.moments[-8:])
        return (
            f"message {self.shown.message} {self.shown.status}, {self.words} words, {moments}; {self.losses}"
        )

    async def _begin(self) -> None:
        self.is_left = False
        self._task = asyncio.create_task(self._follow())

    async def _leave(self) -> None:
        self.is_left = not self.has_ended
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        try:
            await self._follow_to_the_end()
        except Exception as failure:
            self._note("failure", failure=failure)

    async def _follow_to_the_end(self) -> None:
        if not self.shown.is_active:
            self._end()
        tries = 0
        while not self.has_ended and not self.is_gone:
            if tries:
                await asyncio.sleep(0.75 * min(LONGEST_PAUSE_S, 0.4 * 2**tries))
            tries = 1 if await self._try_to_attach() else tries + 1

    async def _try_to_attach(self) -> bool:
        try:
            await self._attach()
        except (httpx.HTTPError, OSError) as loss:
            self._lose(f"{type(loss).__name__} {loss}")
            return False
        finally:
            self._count()
        return True

    async def _attach(self) -> None:
        self.shown.fed = False
        client, beat = self.page.client, httpx.Timeout(BEAT_S, connect=5)
        address = httpx.URL(self.shown.stream, params={"cursor": self.shown.cursor})
        async with client.stream("GET", address, timeout=beat) as response:
            if response.status_code in RELOADS:
                self._note("gone", is_gone=True)
                return
            response.raise_for_status()
            self._note("attached")
            if response.status_code == 200:
                await self._read(response)
        if not self.has_ended and (response.status_code == 204 or self.shown.stale):
            await self._replace()
        elif not self.has_ended:
            self._lose("the server closed the line")

    async def _read(self, response: httpx.Response) -> None:
        received = ""
        async for piece in response.aiter_text():
            events, received = read_events(received + piece)
            if not events:
                self._note("beat")
            for event in events:
                self._take(event)
                if not self.shown.is_active:
                    return

    def _take(self, event: Event) -> None:
        if event.name == "s":
            self._count()
        with self._changed:
            self.shown.take(event)
            self._note(event.name)
        if not self.shown.is_active and not self.shown.stale:
            self._end()

    async def _replace(self) -> None:
        """Let the server's message take the place of the one in the page."""
        source = self.shown.source
        response = await self.page.client.get(source, headers=self.page.headers())
        if response.status_code in RELOADS:
            self._note("gone", is_gone=True)
            return
        response.raise_for_status()
        fresh, stream = read_message(response.text), self.shown.stream
        fresh.source = fresh.source or source
        fresh.stream = fresh.stream or stream
        self._note("replaced", shown=fresh)
        if not fresh.is_active:
            self._end()

    def _end(self) -> None:
        self._count()
        self._note("end", ended_at=time.monotonic())

    def _count(self) -> None:
        self.most_words = max(self.most_words, self.words)

    def _lose(self, why: str) -> None:
        self._note("lost", losses=[*self.losses, why])

    def _note(self, what: str, **changes: object) -> None:
        with self._changed:
            self.moments.append(Moment(time.monotonic(), what))
            for name, value in changes.items():
                setattr(self, name, value)
            self._changed.notify_all()
