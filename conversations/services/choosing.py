"""How a conversation is answered: by which model, after which system prompt, with which parameters."""

from collections.abc import Mapping

from django.db.models import QuerySet

from conversations.models import ChatModel, Conversation

from .errors import Refusal
from .parameters import STOP_CHARACTERS, STOPS_AT_MOST, as_number, fit

SYSTEM_PROMPT_CHARACTERS = 32_000
# How the numbers are called where people choose them.
CALLED = {"temperature": "Temperature", "top_p": "Top P", "max_tokens": "The longest answer"}


def find_offered(offered: QuerySet[ChatModel], name: str) -> ChatModel:
    """Return the model `name` among those `offered`; raise Refusal when it is none of them."""
    model = offered.filter(name=name[:200].replace("\0", "")).first()
    if model is None:
        raise Refusal("That model is not offered any more. Please choose another one.")
    return model


def choose_model(conversation: Conversation, model: ChatModel) -> None:
    """Let `model` answer `conversation` from now on."""
    conversation.model = model
    conversation.save(update_fields=["model"])


def change_settings(
    conversation: Conversation, model: ChatModel, *, system_prompt: str, chosen: Mapping[str, object]
) -> list[str]:
    """Keep the system prompt and what is `chosen` of the parameters of `model`; None takes a choice back.

    Return a sentence for each number that was held to what `model` takes. What is not among `chosen` stays as
    it was, for a model that takes it.
    """
    conversation.system_prompt, held, told = settle(model, system_prompt=system_prompt, chosen=chosen)
    others = {name: value for name, value in conversation.parameters.items() if name not in chosen}
    conversation.parameters = {**others, **held}
    conversation.save(update_fields=["system_prompt", "parameters"])
    return told


def settle(
    model: ChatModel, *, system_prompt: str, chosen: Mapping[str, object]
) -> tuple[str, dict[str, object], list[str]]:
    """Return the system prompt and what is `chosen` as both will be kept for `model`, and a sentence for each
    number that was held to what it takes; raise Refusal when the prompt is too long."""
    held = fit(chosen, model)
    return clean_system_prompt(system_prompt), held, told_limits(chosen, held, str(model))


def told_limits(chosen: Mapping[str, object], held: Mapping[str, object], model: str) -> list[str]:
    """Return a sentence for each of `chosen` that is another one, or none, as it was `held`."""
    sentences = []
    if chosen.get("effort") and "effort" not in held:
        sentences.append(f"{model} cannot be told how hard to think.")
    if chosen.get("stop") and chosen.get("stop") != held.get("stop"):
        sentences.append(f"To stop at, {STOPS_AT_MOST} pieces of {STOP_CHARACTERS} characters are kept.")
    for name, called in CALLED.items():
        asked, kept = as_number(chosen.get(name)), as_number(held.get(name))
        if asked is None:
            continue
        if kept is None:
            sentences.append(f"{called} was left out: {model} takes none.")
        elif kept != (int(asked) if name == "max_tokens" else asked):
            most = "most" if asked > kept else "least"
            sentences.append(f"{called} is now {kept:,g}, the {most} that {model} takes.")
    return sentences


def clean_system_prompt(text: str) -> str:
    """Return `text` as it will be kept; raise Refusal when it is too long."""
    text = plain(text).strip()
    if len(text) > SYSTEM_PROMPT_CHARACTERS:
        raise Refusal(
            f"This system prompt has {len(text):,} characters; at most {SYSTEM_PROMPT_CHARACTERS:,} are kept."
        )
    return text


def plain(text: str) -> str:
    """Return `text` with LF line ends, without NUL and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode()
