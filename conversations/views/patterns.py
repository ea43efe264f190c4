"""Every partial in every state on one page, for those who change how the site looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.http import Request
from conversations.forms import MessageForm
from conversations.models import (
    Attachment,
    ChatModel,
    Conversation,
    Feedback,
    Generation,
    Kind,
    Message,
    Period,
    Problem,
    Prompt,
    Role,
    Status,
    Thumb,
)
from conversations.rendering import render_markdown, trusted
from conversations.services.budgets import Standing
from conversations.services.entries import Entry
from conversations.services.limits import Budget
from conversations.services.parameters import abilities_of

from .choosing import Option

NAMESPACE = UUID("6f1c5f4e-5a0d-4a55-9c0e-0f1a2b3c4d5e")

RICH = """\
Sea otters eat **urchins**, crabs and clams, about *a quarter of their weight* each day. `kcal` follows below.

# How they open a shell

1. Dive for a clam and a flat stone
2. Lie on the back
   - stone on the chest
   - shell against the stone
3. Eat, then roll to wash

> The stone is often kept, in a fold of skin under the arm.[^1]

| Food | Share | kcal |
|:-----|------:|-----:|
| Urchins | 38 % | 1,900 |
| Crabs | 27 % | 1,350 |

```python
def meals(weight_kg: float) -> float:
    return round(weight_kg * 0.25, 1)  # a quarter of the weight, whatever the season and the cold
```

- [x] counted
- [ ] weighed

Their need is about $m \\cdot 0.25$, see <https://example.org/otters> or [the survey](https://example.org/survey).

[^1]: Seen in captivity as well.
"""
THOUGHTS = "The question is about food. Give the main prey first, then how shells are opened, then numbers."
TITLES = ("What do otters eat?", "متى تنام ثعالب البحر؟", "A long title " * 6)
ENDED_WITH_WORDS = {
    Problem.CUT_SHORT: Status.DONE,
    Problem.FILTERED: Status.DONE,
    Problem.SILENT: Status.INTERRUPTED,
    Problem.BROKEN_OFF: Status.INTERRUPTED,
    Problem.TOO_MUCH: Status.INTERRUPTED,
    Problem.PROCESS_GONE: Status.INTERRUPTED,
}
HUES = "page panel raised bubble accent accent-soft ok warn-soft danger danger-soft"


@dataclass(frozen=True, slots=True)
class Pattern:
    name: str
    entry: Entry


@never_cache
@require_GET
@staff_member_required
def show_patterns(request: Request) -> HttpResponse:
    conversation = sample_conversation("What do otters eat?")
    answering = Generation(public_id=uuid5(NAMESPACE, "answering"), status=Status.RUNNING)
    refused = MessageForm({"text": "Otters " * 6}).afresh("That is 8,012 characters too many.")
    with_files = MessageForm.fresh(text="What do these say?")
    with_files.attached = sample_files()[:2]
    context = {
        "patterns": list(patterns(conversation)),
        "conversation": conversation,
        "fresh": MessageForm.fresh(),
        "too_long": refused,
        "with_files": with_files,
        "answering": answering,
        "generation": sample_generation(Status.DONE),
        "rows": [sample_conversation(title) for title in TITLES],
        "hues": HUES.split(),
        "options": sample_options(),
        "prompts": [(Prompt(name="explain", text="Explain {{what}} to {{whom}}."), []), (long_prompt(), [])],
        "budgets": sample_budgets(),
        "gone": ChatModel(name="vendor/gone", label="A model that went"),
    }
    return render(request, "conversations/patterns.html", context)


def sample_budgets() -> list[Standing]:
    budget = Budget(Period.DAY, "tokens", 100_000)
    return [Standing(budget, budget.limit, used, 0, date(2026, 12, 1)) for used in (4_200, 86_400, 100_100)]


def patterns(conversation: Conversation) -> Iterator[Pattern]:
    yield Pattern("A person’s message", said(conversation, "What do otters eat?\nAnd how?"))
    yield Pattern("One of several versions", said(conversation, "What do sea otters eat?", number=2, count=3))
    yield Pattern("Right to left", said(conversation, "ماذا تأكل ثعالب البحر؟ Sea otters، أعني."))
    yield Pattern("With files", said(conversation, "What do these say?", files=sample_files()))
    yield Pattern("A word without end", said(conversation, "otter" * 60))
    yield Pattern("An answer with everything", answered(conversation, RICH, model=True, reasoning=THOUGHTS))
    yield Pattern(
        "An answer, right to left",
        answered(conversation, "تأكل **القنافذ**.\n\n- واحد\n- اثنان"),
    )
    yield Pattern("Rated", answered(conversation, "Urchins, mostly.", feedback=Feedback(thumb=Thumb.DOWN)))
    yield Pattern("Queued", answered(conversation, "", Status.QUEUED))
    yield Pattern("Thinking", answered(conversation, "", Status.RUNNING))
    yield Pattern("Thinking aloud", answered(conversation, "", Status.RUNNING, reasoning=THOUGHTS))
    yield Pattern("Coming", answered(conversation, "Sea otters eat urch", Status.RUNNING))
    yield Pattern("Stopped", answered(conversation, "Sea otters eat", Status.STOPPED))
    for problem in Problem:
        status = ENDED_WITH_WORDS.get(problem, Status.FAILED)
        text = "" if status == Status.FAILED else "Sea otters eat urchins, crabs and"
        yield Pattern(f"Problem: {problem.value}", answered(conversation, text, status, problem=problem))
    yield Pattern("Forgotten by the model", answered(conversation, "An early answer.", forgotten=True))
    yield Pattern("Where the model’s view begins", said(conversation, "And in winter?", window_starts=True))


def sample_conversation(title: str) -> Conversation:
    model = ChatModel(name="anthropic/claude-sonnet-4", label="Claude Sonnet 4")
    return Conversation(public_id=uuid5(NAMESPACE, title), title=title, model=model)


def sample_options() -> list[Option]:
    known = [ChatModel(name=f"anthropic/{name}") for name in ("claude-sonnet-4", "claude-3-haiku")]
    known[0].label, known[0].developer = "Claude Sonnet 4", "Anthropic"
    known[0].input_price, known[0].output_price = Decimal("3.9"), Decimal("19.5")
    endless = ChatModel(name="vendor/endless", label="A label without end " * 8, developer="<b>Somebody</b>")
    return [Option(model, abilities_of(model), model is known[0]) for model in [*known, endless]]


def long_prompt() -> Prompt:
    return Prompt(name="متى", text="متى تنام ثعالب البحر؟ " * 12)


def sample_files() -> list[Attachment]:
    report = Attachment(name="How otters sleep, a report.pdf", kind=Kind.PDF, pages=12, byte_count=3_400_000)
    code = Attachment(name="otters.py", kind=Kind.TEXT, byte_count=812)
    gone = Attachment(name="photo.jpg", kind=Kind.IMAGE, byte_count=9, deleted_at=timezone.now())
    return [report, code, gone]


def sample_generation(status: Status, problem: str = "") -> Generation:
    now = timezone.now()
    return Generation(
        public_id=uuid5(NAMESPACE, status),
        status=status,
        problem=problem,
        model_asked="anthropic/claude-sonnet-4",
        queued_at=now - timedelta(seconds=21),
        started_at=now - timedelta(seconds=20),
        first_token_at=now - timedelta(seconds=8),
        finished_at=now,
        finish_reason="stop",
        prompt_tokens=1204,
        completion_tokens=388,
        usage_trusted=True,
        cost_usd=Decimal("0.009432"),
    )


def said(conversation: Conversation, text: str, **shown: object) -> Entry:
    message = Message(public_id=uuid5(NAMESPACE, text), conversation=conversation, role=Role.USER, text=text)
    return entry_of(message, None, shown)


def answered(
    conversation: Conversation,
    text: str,
    status: Status = Status.DONE,
    *,
    problem: str = "",
    reasoning: str = "",
    model: bool = False,
    **shown: object,
) -> Entry:
    name = f"{text}{status}{problem}{reasoning}"
    message = Message(
        public_id=uuid5(NAMESPACE, name), conversation=conversation, role=Role.ASSISTANT, text=text
    )
    generation = sample_generation(status, problem)
    html = render_markdown(text)
    if generation.is_active:
        shown |= {"tail": html, "html": trusted("")}
    else:
        shown["html"] = html
    return entry_of(message, generation, shown | {"reasoning": reasoning, "shows_model": model})


def entry_of(message: Message, generation: Generation | None, shown: dict[str, object]) -> Entry:
    entry = Entry(message, generation, html=trusted(""))
    for name, value in shown.items():
        setattr(entry, name, value)
    if entry.count > 1:
        entry.previous, entry.next = message.public_id, message.public_id
    return entry
