"""From a generation to the request that is sent, and back: the exact request can be rebuilt and proved."""

from typing import cast

from conversations.llm.types import ChatMessage, ChatRequest, Dialect, Parameters
from conversations.models import ChatModel, Generation, Message, Purpose

from .history import build_messages, fingerprint, path_to, spoken
from .parameters import fit, tokens_asked
from .titles import TITLE_TOKENS, title_messages
from .window import Window, first_kept


def prepare(generation: Generation) -> ChatRequest:
    """Return the request for `generation`, and keep on its row what is sent."""
    model = ChatModel.objects.get(name=generation.model_asked)
    if generation.purpose == Purpose.TITLE:
        sent = spoken(path_to(generation.conversation.leaf))[:2]
        system = ""
    else:
        sent, system = fitting(generation, model)
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


def fitting(generation: Generation, model: ChatModel) -> tuple[list[Message], str]:
    """Return what of the branch fits the model's window, and the system prompt."""
    conversation = generation.conversation
    branch = spoken(path_to(generation.message)[:-1])
    return branch[first_seen(branch, model, conversation.system_prompt) :], conversation.system_prompt


def first_seen(branch: list[Message], model: ChatModel, system_prompt: str) -> int:
    """Return the index of the oldest of `branch` (messages with words) that `model` is sent."""
    if not branch:
        return 0
    window = Window(model.context_window, model.output_limit, model.characters_per_token)
    turns = [(message.role, len(message.text)) for message in branch]
    return first_kept(turns, system_characters=len(system_prompt), window=window)


def parameters_of(generation: Generation, model: ChatModel) -> dict[str, object]:
    if generation.purpose == Purpose.TITLE:
        return {"max_tokens": TITLE_TOKENS, "dialect": model.dialect}
    chosen = fit(generation.conversation.parameters, model)
    return {**chosen, "max_tokens": tokens_asked(chosen, model), "dialect": model.dialect}


def compose(generation: Generation, model: ChatModel, sent: list[Message]) -> ChatRequest:
    messages: list[ChatMessage] = build_messages(sent)
    if generation.purpose == Purpose.TITLE:
        messages = title_messages(sent)
    parameters = dict(generation.parameters)
    return ChatRequest(
        model=generation.model_asked,
        messages=messages,
        system=generation.system_prompt,
        max_tokens=int(parameters.pop("max_tokens", model.output_limit)),
        dialect=cast(Dialect, parameters.pop("dialect", model.dialect)),
        system_moved=bool(parameters.pop("system_moved", False)),
        parameters=cast(Parameters, parameters),
    )


def parameters_sent(request: ChatRequest) -> dict[str, object]:
    """Return what a row keeps of `request` besides words, so that `rebuild` writes the same body."""
    moved = {"system_moved": True} if request.system_moved else {}
    return {**request.parameters, "max_tokens": request.max_tokens, "dialect": request.dialect, **moved}


def characters_sent(request: ChatRequest) -> int:
    """Return how many characters `request` holds, for the model's ratio of characters to tokens."""
    return len(request.system) + sum(
        len(message["content"]) for message in request.messages if isinstance(message["content"], str)
    )
