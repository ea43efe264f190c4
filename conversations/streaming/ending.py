"""How an answer ends: which status and problem, and the transaction that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from conversations.llm.errors import LLMError
from conversations.llm.types import Finished
from conversations.models import ChatModel, Chunk, Conversation, Generation, Message, Problem, Purpose, Status
from conversations.models.generation import CostSource
from conversations.rendering import kept, render
from conversations.services.compaction import keep_summary
from conversations.services.pricing import learn_price
from conversations.services.settling import settle
from conversations.services.titles import ask_for_title, keep_title
from conversations.services.window import refine

from .live import LiveAnswer


@dataclass(frozen=True, slots=True)
class Ending:
    status: Status
    problem: str = ""


STOPPED = Ending(Status.STOPPED)
PROCESS_GONE = Ending(Status.INTERRUPTED, Problem.PROCESS_GONE)
LEASE_LOST = Ending(Status.INTERRUPTED)
"""Another process ended it already: nothing is stored."""


def after_finish(finished: Finished, *, had_text: bool) -> Ending:
    """Return the ending of an answer whose model came to an end and said so."""
    match finished.outcome:
        case "cut_short":
            return Ending(Status.DONE if had_text else Status.FAILED, Problem.CUT_SHORT)
        case "refused":
            return (
                Ending(Status.DONE, Problem.FILTERED) if had_text else Ending(Status.FAILED, Problem.REFUSED)
            )
        case "empty":
            return Ending(Status.FAILED, Problem.EMPTY)
    return Ending(Status.DONE) if had_text else Ending(Status.FAILED, Problem.EMPTY)


def after_error(error: LLMError, *, had_text: bool) -> Ending:
    """Return the ending of an answer that the outside failed to give whole."""
    problem = error.problem if error.problem in Problem.values else Problem.UPSTREAM
    if had_text:
        kept = {Problem.BROKEN_OFF, Problem.SILENT, Problem.TOO_MUCH, Problem.UPSTREAM, Problem.TIMEOUT}
        return Ending(Status.INTERRUPTED, problem if problem in kept else Problem.BROKEN_OFF)
    if problem in {Problem.BROKEN_OFF, Problem.SILENT, Problem.TOO_MUCH}:
        problem = Problem.NO_ANSWER
    return Ending(Status.FAILED, problem)


def store(
    generation: Generation,
    live: LiveAnswer,
    *,
    owner: str,
    ending: Ending,
    facts: Mapping[str, Any],
    finished_at: datetime,
    characters_sent: int = 0,
) -> bool:
    """Keep the whole answer and how it ended, in one transaction; return False when the lease was lost.

    After it the chunks are gone, the message has its text, what the call came to is counted, and `generation`
    is as its row.
    """
    rendered = kept(live.rendered(), live.text)
    if ending.status == Status.INTERRUPTED and not live.characters:
        ending = Ending(Status.FAILED, ending.problem)
    with transaction.atomic():
        rows = Generation.objects.filter(pk=generation.pk).held_by(owner, live.fence)
        if not lock_conversation(generation) or not close(rows, ending, finished_at=finished_at, **facts):
            return False
        for name, value in facts.items():
            setattr(generation, name, value)
        generation.status = ending.status
        Chunk.objects.filter(generation=generation).delete()
        if generation.message_id is None:
            keep = keep_title if generation.purpose == Purpose.TITLE else keep_summary
            keep(generation, live.text)
        else:
            Message.objects.filter(generation=generation).update(
                text=live.text, reasoning=live.reasoning, **rendered
            )
            Conversation.objects.filter(pk=generation.conversation_id).update(updated_at=Now())
        written = characters_of(generation, live.text, live.reasoning)
        settle(generation, characters_sent=characters_sent, characters_written=written)
    return True


def characters_of(generation: Generation, text: str, reasoning: str) -> int:
    """Return how much the model wrote: what it went on with it did not."""
    begun = len(generation.continues.text) if generation.continues is not None else 0
    return max(0, len(text) - begun) + len(reasoning)


def store_what_arrived(generation: Generation, problem: Problem) -> None:
    """Make the chunks of a generation that lost its producer, by `problem`, the text of its message."""
    with transaction.atomic():
        if not lock_conversation(generation):
            return
        text, reasoning = generation.stored_text()
        Chunk.objects.filter(generation=generation).delete()
        ending = Ending(Status.INTERRUPTED if text else Status.FAILED, problem)
        close(Generation.objects.filter(pk=generation.pk), ending, finished_at=timezone.now())
        if generation.message_id is not None:
            Message.objects.filter(generation=generation).update(
                text=text, reasoning=reasoning, **kept(render(text), text)
            )
        settle(generation, characters_written=characters_of(generation, text, reasoning))


def lock_conversation(generation: Generation) -> bool:
    """Let whoever removes the conversation of `generation` wait; return False when it is gone.

    They lock it first, and what is in it then: in the other order each would wait for the other.
    """
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",))
    return bool(rows.filter(pk=generation.conversation_id).order_by().values_list("pk"))


def close(rows: QuerySet[Generation], ending: Ending, *, finished_at: datetime, **facts: Any) -> bool:
    if facts.get("cost_usd") is not None:
        facts["cost_source"] = CostSource.REPORTED
    changed = rows.update(
        status=ending.status,
        problem=ending.problem,
        finished_at=finished_at,
        lease_until=None,
        owner="",
        **facts,
    )
    return bool(changed)


def learn(generation: Generation, *, characters: int, titles: bool) -> None:
    """Draw from a stored answer what it tells: the model's ratio, the price, and that a title is due."""
    model = ChatModel.objects.filter(name=generation.model_asked).first()
    if model is not None:
        refine_ratio(generation, model, characters)
        compute_cost(generation, model)
        told = (generation.prompt_tokens or 0) + (generation.completion_tokens or 0)
        if generation.cost_usd is not None and generation.usage_trusted:
            learn_price(model, tokens=told, usd=generation.cost_usd)
    if titles and generation.status == Status.DONE and generation.purpose == Purpose.ANSWER:
        ask_for_title(
            Conversation.objects.select_related("model", "owner").get(pk=generation.conversation_id)
        )


def refine_ratio(generation: Generation, model: ChatModel, characters: int) -> None:
    tokens = generation.prompt_tokens
    if not generation.usage_trusted or not tokens:
        return
    ratio = refine(model.characters_per_token, characters=characters, tokens=tokens)
    if ratio != model.characters_per_token:
        ChatModel.objects.filter(pk=model.pk).update(characters_per_token=ratio)


def compute_cost(generation: Generation, model: ChatModel) -> None:
    if generation.cost_usd is not None or not generation.usage_trusted:
        return
    cost = model.price(
        generation.prompt_tokens or 0,
        generation.completion_tokens or 0,
        cached_tokens=generation.cached_tokens or 0,
    )
    if cost is not None:
        Generation.objects.filter(pk=generation.pk).update(cost_usd=cost, cost_source=CostSource.COMPUTED)
