"""From a generation to the request that is sent, and back: the exact request can be rebuilt and proved."""

from typing import cast

from conversations.llm.types import ChatMessage, ChatRequest, Dialect, Parameters
from conversations.models import ChatModel, Generation, Message, Purpose, Summary

from .compaction import SUMMARY_TOKENS, summary_messages, summary_prompt
from .history import build_messages, fingerprint, path_to, spoken
from .parameters import fit, tokens_asked
from .sight import sight_of
from .titles import TITLE_TOKENS, title_messages

SHORT = {Purpose.TITLE: TITLE_TOKENS, Purpose.SUMMARY: SUMMARY_TOKENS}
CACHED = {"cache": True}
GO_ON = (
    "Your last answer was cut off. Go on from exactly where it stops, beginning with the very next character."
    " Repeat nothing, and do not speak about this."
)


def prepare(generation: Generation) -> ChatRequest:
    """Return the request for `generation`, and keep on its row what is sent."""
    model = ChatModel.objects.get(name=generation.model_asked)
    sent, system = chosen(generation, model)
    generation.sent = [fingerprint(message) for message in sent]
    generation.system_prompt = system
    generation.parameters = parameters_of(generation, model)
    request = compose(generation, model, sent)
    generation.body_hash = request.digest()
    generation.client_request_id = f"gen-{generation.pk}"
    generation.save(update_fields=["sent", "system_prompt", "parameters", "body_hash", "client_request_id"])
    return request


def rebuild(generation: Generation) -> ChatRequest | None:
    """Return the request as it was sent, or None when something it needs is gone or is not what it was."""
    found = {
        str(message.public_id): message
        for message in Message.objects.filter(public_id__in=[public_id for public_id, _ in generation.sent])
    }
    sent = [found.get(public_id) for public_id, _ in generation.sent]
    model = ChatModel.objects.filter(name=generation.model_asked).first()
    if model is None or not all(sent):
        return None
    request = compose(generation, model, cast(list[Message], sent))
    return request if request.digest() == generation.body_hash else None


def chosen(generation: Generation, model: ChatModel) -> tuple[list[Message], str]:
    """Return the messages that `generation` is about and its system prompt; nothing else is loaded.

    Of a branch that is what fits the model's window, and what no summary stands for.
    """
    conversation = generation.conversation
    if generation.purpose == Purpose.TITLE:
        return spoken(path_to(conversation.leaf))[:2], ""
    end = end_of(generation)
    sight = sight_of(conversation, end, model)
    sent = spoken(path_to(end, at_most=sight.length))
    return sent, summary_prompt(sight.summary) if generation.purpose == Purpose.SUMMARY else sight.system


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


def compose(generation: Generation, model: ChatModel, sent: list[Message]) -> ChatRequest:
    messages: list[ChatMessage] = build_messages(sent)
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
    """Return how many characters `request` holds, for the model's ratio of characters to tokens."""
    return len(request.system) + sum(
        len(message["content"]) for message in request.messages if isinstance(message["content"], str)
    )
