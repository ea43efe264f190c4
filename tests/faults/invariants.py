"""What must hold after anything that can happen to a site, seen in its database, its pages and its log."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from conversations.management.fake_llm.scripts import whole_text
from conversations.management.fake_llm.wire import first_wrong_word
from conversations.rendering import render_markdown
from tests.conversations.management.processes import wait_for
from tests.served.database import Database

from .page import Answer, Page

API_KEY = "sk-canary-of-the-fault-suite"
# The last two stand in errors of the upstream double.
SECRETS = (API_KEY, "sk-not-for-you", "10.0.0.7")
STATUSES = {"done", "stopped", "interrupted", "failed"}
QUIET_S = 30


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer in the database."""

    generation: int
    status: str
    problem: str
    message: int
    public_id: str
    text: str
    reasoning: str
    html: str
    question: str

    def __str__(self) -> str:
        return f"generation {self.generation} (message {self.message}, {self.status}, {self.question!r})"


def check(database: Database, pages: Iterable[Page] = (), *, said: str = "", reloads: bool = True) -> None:
    """Assert all of it of a quiet site; `said` is its log, and with `reloads` it is asked what it shows."""
    pages = list(pages)
    answers = [answer for page in pages for answer in page.answers]
    found = stored_answers(database)
    problems = [
        *acknowledged_once(database, pages),
        *nothing_runs(database),
        *one_state(database, found),
        *said_by_the_upstream(found),
        *shown_as_stored(answers, found),
        *(shown_as_reloaded(answers) if reloads else ()),
        *nothing_told(pages, said),
    ]
    assert not problems, "\n".join(problems)


def wait_until_quiet(database: Database, *, within_s: float = QUIET_S) -> None:
    """Wait until no answer is queued or being written."""
    assert wait_for(lambda: not list(nothing_runs(database)), limit_s=within_s), list(nothing_runs(database))


def wait_until_kept(database: Database, count: int, *, within_s: float = QUIET_S) -> None:
    """Wait until something of `count` running answers or more is stored: the ledger writes twice a second."""
    kept = "SELECT count(DISTINCT generation_id) FROM conversations_chunk"

    def found() -> int:
        return int(str(database.query(kept)[0][0]))

    assert wait_for(lambda: found() >= count, limit_s=within_s), found()


def stored_answers(database: Database) -> list[Stored]:
    rows = database.query(
        """SELECT generation.id, generation.status, generation.problem, answer.id, answer.public_id,
                  answer.text, answer.reasoning, answer.html, question.text, answer.plain
           FROM conversations_generation generation
           JOIN conversations_message answer ON answer.id = generation.message_id
           JOIN conversations_message question ON question.id = answer.parent_id
           ORDER BY generation.id"""
    )
    return [as_read(Stored(*row), plain=bool(plain)) for *row, plain in rows]  # type: ignore[arg-type]


def as_read(row: Stored, *, plain: bool) -> Stored:
    """Return `row` with the HTML that is made of its words when it is read, unless it is kept."""
    return row if row.html else replace(row, html=str(render_markdown(row.text, plain=plain)))


def stored(database: Database, answer: Answer) -> Stored:
    """Return how `answer` is stored."""
    return by_public_id(stored_answers(database))[answer.key]


def by_public_id(found: Iterable[Stored]) -> dict[str, Stored]:
    return {plain(row.public_id): row for row in found}


def plain(public_id: object) -> str:
    """SQLite keeps it as 32 digits."""
    return str(public_id).replace("-", "")


def acknowledged_once(database: Database, pages: Iterable[Page]) -> Iterator[str]:
    """Every acknowledged message is stored exactly once, and any other at most once."""
    acknowledged: dict[str, set[str]] = {}
    sent: dict[str, set[str]] = {}
    for asked in (asked for page in pages for asked in page.asked):
        sent.setdefault(asked.text, set()).add(asked.key)
        acknowledged.setdefault(asked.text, set())
        if asked.acknowledged:
            acknowledged[asked.text].add(asked.key)
    texts = database.query("SELECT text FROM conversations_message WHERE role = 'user'")
    counts = Counter(str(text) for (text,) in texts)
    for text, keys in sent.items():
        least, most = len(acknowledged[text]), len(keys)
        if not least <= counts[text] <= most:
            yield f"the message {text!r} is stored {counts[text]} times, not {least} to {most}"


def nothing_runs(database: Database) -> Iterator[str]:
    active = "SELECT id, status FROM conversations_generation WHERE status IN ('queued', 'running')"
    for generation, status in database.query(active):
        yield f"generation {generation} is {status}"
    for chunk, generation in database.query("SELECT id, generation_id FROM conversations_chunk"):
        yield f"chunk {chunk} of generation {generation} was left"


def one_state(database: Database, found: Iterable[Stored]) -> Iterator[str]:
    """An answer has one generation, and its words agree with how it ended."""
    alone = database.query(
        """SELECT message.id FROM conversations_message message
           LEFT JOIN conversations_generation generation ON generation.message_id = message.id
           WHERE message.role = 'assistant' AND generation.id IS NULL"""
    )
    yield from (f"message {message} is an answer without a generation" for (message,) in alone)
    unanswered = database.query(
        """SELECT message.id FROM conversations_message message
           LEFT JOIN conversations_message answer ON answer.parent_id = message.id
           WHERE message.role = 'user' AND answer.id IS NULL"""
    )
    yield from (f"message {message} was never given an answer" for (message,) in unanswered)
    for row in found:
        if row.status not in STATUSES:
            yield f"{row} has not ended"
        if bool(row.text) == (row.status == "failed") and row.status != "stopped":
            yield f"{row} has {len(row.text)} characters"
        if row.status in {"failed", "interrupted"} and not row.problem:
            yield f"{row} does not say why"
        if bool(row.text) != bool(row.html):
            yield f"{row} has {len(row.text)} characters and {len(row.html)} of HTML"


def said_by_the_upstream(found: Iterable[Stored]) -> Iterator[str]:
    """What is stored is what the upstream said, from its first word on, and all of it when it is done."""
    for row in found:
        whole = whole_text(row.question)
        if whole is None:
            continue
        if not whole.startswith(row.text):
            wrong = first_wrong_word(row.text, len(row.text.split()))
            yield f"{row} is not what the upstream said, from word {wrong} on: {row.text[-200:]!r}"
        elif row.status == "done" and row.text.strip() != whole.strip():
            yield f"{row} is done, and is {len(row.text)} of {len(whole)} characters"


def shown_as_stored(answers: Iterable[Answer], found: Iterable[Stored]) -> Iterator[str]:
    """What a page ended with is what the database holds."""
    rows = by_public_id(found)
    for answer in answers:
        if answer.failure is not None:
            yield f"{answer} could not be followed: {answer.failure!r}"
        if answer.is_left or answer.is_gone:
            continue
        row = rows.get(answer.key)
        if row is None:
            yield f"{answer} is shown and not stored"
        elif not answer.has_ended:
            yield f"{answer} has not ended in its page, and is {row}"
        else:
            yield from differences(answer, row)


def differences(answer: Answer, row: Stored) -> Iterator[str]:
    shown = answer.shown
    if shown.status != row.status:
        yield f"{row} is shown as {shown.status}"
    if shown.html != row.html or shown.tail:
        seen = f"{shown.html[-200:]!r} with the tail {shown.tail!r}"
        yield f"{row} is shown as {seen}, not as {row.html[-200:]!r}"
    if shown.reasoning != row.reasoning:
        yield f"{row} is shown with the reasoning {shown.reasoning[-200:]!r}"


def shown_as_reloaded(answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.has_ended and not answer.is_left and not answer.is_gone:
            shown, reloaded = answer.shown.whole, answer.reload().whole
            parts = [part for part in shown if shown[part] != reloaded[part]]
            if parts:
                yield f"{answer}: a reload shows another {' and '.join(parts)}: {reloaded}, not {shown}"


def nothing_told(pages: Iterable[Page], said: str) -> Iterator[str]:
    """The log holds no trace, no secret and nothing of what people wrote; the pages hold no secret."""
    if "Traceback" in said:
        yield f"the log holds a trace: {said[said.index('Traceback') :][:4000]}"
    secrets = {*SECRETS, os.environ["SECRET_KEY"], *(page.person.session for page in pages)}
    written = {asked.text for page in pages for asked in page.asked}
    yield from (f"the log holds {words!r}" for words in secrets | written if words in said)
    for answer in (answer for page in pages for answer in page.answers):
        everything = "".join(map(str, answer.shown.whole.values()))
        yield from (f"{answer} shows {secret!r}" for secret in secrets if secret in everything)
