"""From a generation to the request that is sent, and back: the exact request can be rebuilt and proved."""

from collections.abc import Callable
from typing import cast

from django.db.models import prefetch_related_objects

from conversations.llm.types import ChatMessage, ChatRequest, Dialect, Parameters
from conversations.models import ChatModel, Generation, Kind, Message, Purpose, Role, Summary

from .attachments.parts import FileGone, choose_ways, parts_of
from .attachments.weighing import ALL_KINDS
from .compaction import SUMMARY_TOKENS, summary_messages, summary_prompt
from .history import build_messages, path_to, spoken
from .parameters import fit, tokens_asked
from .record import Files, describe, recall
from .sight import sight_of
from .titles import TITLE_TOKENS, title_messages

SHORT = {Purpose.TITLE: TITLE_TOKENS, Purpose.SUMMARY: SUMMARY_TOKENS}
CACHED = {"cache": True}
GO_ON = (
    "Your last answer was cut off. Go on from exactly where it stops, beginning with the very next character."
    " Repeat nothing, and do not speak about this."
)


def takes_all(_model: ChatModel) -> frozenset[Kind]:
    return ALL_KINDS


def prepare(
    generation: Generation, *, takes: Callable[[ChatModel], frozenset[Kind]] = takes_all
) -> ChatRequest:
    """Return the request for `generation`, and keep on its row what is sent.

    `takes` knows which kinds of files its model can use; of what it cannot, it is told that there is one.
    """
    model = ChatModel.objects.get(name=generation.model_asked)
    branch, system = chosen(generation, model, takes(model))
    sent = spoken(branch)[:2] if generation.purpose == Purpose.TITLE else spoken(branch)
    files: Files = {}
    if generation.purpose == Purpose.ANSWER:
        files = choose_ways(sent, takes(model))
    below = generation.message.parent_id if generation.message else None
    generation.sent = describe(branch, sent, files, below=below) or []
    generation.system_prompt = system
    generation.parameters = parameters_of(generation, model)
    request = compose(generation, model, sent, files)
    generation.body_digest = bytes.fromhex(request.digest())
    generation.save(update_fields=["sent", "system_prompt", "parameters", "body_digest"])
    return request


def rebuild(generation: Generation) -> ChatRequest | None:
    """Return the request as it was sent, or None when something it needs is gone or is not what it was."""
    model = ChatModel.objects.filter(name=generation.model_asked).first()
    if model is None or not generation.body_sha256:
        return None
    try:
        recalled = recall(generation)
        request = compose(generation, model, *recalled) if recalled else None
    except FileGone:
        return None
    return request if request and request.digest() == generation.body_sha256 else None


def chosen(generation: Generation, model: ChatModel, takes: frozenset[Kind]) -> tuple[list[Message], str]:
    """Return the branch that `generation` is about and its system prompt; nothing else is loaded.

    Of a branch that is what fits the model's window, and what no summary stands for.
    """
    conversation = generation.conversation
    if generation.purpose == Purpose.TITLE:
        return path_to(conversation.leaf), ""
    end = end_of(generation)
    sight = sight_of(conversation, end, model, takes)
    branch = path_to(end, at_most=sight.length)
    prefetch_related_objects([message for message in branch if message.role == Role.USER], "attachments")
    sums_up = generation.purpose == Purpose.SUMMARY
    return branch, summary_prompt(sight.summary) if sums_up else sight.system


def end_of(generation: Generation) -> Message | None:
    """Return the last message that is sent."""
    if generation.purpose == Purpose.SUMMARY:
        summary = Summary.objects.filter(generation=generation).select_related("upto").first()
        return summary.upto if summary else None
    return generation.continues or (generation.message.parent if generation.message else None)


def parameters_of(generation: Generation, model: ChatModel) -> dict[str, object]:
    if generation.purpose in SHORT:
        return {"max_tokens": SHORT[Purpose(generation.purpose)], "dialect": model.dialect}
    fitting = fit(generation.conversation.parameters, model)
    chosen = {**fitting, "max_tokens": tokens_asked(fitting, model), "dialect": model.dialect}
    return chosen | CACHED if model.caches_prompts else chosen


def compose(generation: Generation, model: ChatModel, sent: list[Message], files: Files) -> ChatRequest:
    parts = {pk: parts_of(sendings) for pk, sendings in files.items()}
    messages: list[ChatMessage] = build_messages(sent, parts)
    if generation.purpose == Purpose.TITLE:
        messages = title_messages(sent)
    elif generation.purpose == Purpose.SUMMARY:
        messages = summary_messages(sent)
    elif generation.continues is not None:
        messages.append({"role": "user", "content": GO_ON})
    parameters = dict(generation.parameters)
    return ChatRequest(
        model=generation.model_asked,
        messages=messages,
        system=generation.system_prompt,
        max_tokens=int(parameters.pop("max_tokens", model.output_limit)),
        dialect=cast(Dialect, parameters.pop("dialect", model.dialect)),
        system_moved=bool(parameters.pop("system_moved", False)),
        cache=bool(parameters.pop("cache", False)),
        parameters=cast(Parameters, parameters),
    )


def parameters_sent(request: ChatRequest) -> dict[str, object]:
    """Return what a row keeps of `request` besides words, so that `rebuild` writes the same body."""
    kept: dict[str, object] = {"max_tokens": request.max_tokens, "dialect": request.dialect}
    if request.system_moved:
        kept["system_moved"] = True
    return {**request.parameters, **kept, **(CACHED if request.cache else {})}


def characters_sent(request: ChatRequest) -> int:
    """Return how many characters `request` holds, for the model's ratio of characters to tokens.

    None are told of a request with pictures or files: their tokens are counted too, and say nothing of words.
    """
    if not all(isinstance(message["content"], str) for message in request.messages):
        return 0
    return len(request.system) + sum(len(message["content"]) for message in request.messages)
