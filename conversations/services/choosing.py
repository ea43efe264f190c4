"""How a conversation is answered: by which model, after which system prompt, with which parameters."""

from collections.abc import Mapping

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import ChatModel, Conversation

from .errors import Refusal
from .parameters import STOP_CHARACTERS, STOPS_AT_MOST, as_number, fit

SYSTEM_PROMPT_CHARACTERS = 32_000
# How the numbers are called where people choose them.
CALLED = {
    "temperature": gettext_lazy("Temperature"),
    "top_p": gettext_lazy("Top P"),
    "max_tokens": gettext_lazy("The longest answer"),
}


def find_offered(offered: QuerySet[ChatModel], name: str) -> ChatModel:
    """Return the model `name` among those `offered`; raise Refusal when it is none of them."""
    model = offered.filter(name=name[:200].replace("\0", "")).first()
    if model is None:
        raise Refusal(_("That model is not offered any more. Please choose another one."))
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
    conversation.system_prompt, held, told = fit_settings(model, system_prompt=system_prompt, chosen=chosen)
    others = {name: value for name, value in conversation.parameters.items() if name not in chosen}
    conversation.parameters = {**others, **held}
    conversation.save(update_fields=["system_prompt", "parameters"])
    return told


def fit_settings(
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
        sentences.append(_("%(model)s cannot be told how hard to think.") % {"model": model})
    if chosen.get("stop") and chosen.get("stop") != held.get("stop"):
        sentences.append(
            _("To stop at, %(most)s pieces of %(length)s characters are kept.")
            % {"most": STOPS_AT_MOST, "length": STOP_CHARACTERS}
        )
    for name, called in CALLED.items():
        asked, kept = as_number(chosen.get(name)), as_number(held.get(name))
        if asked is None:
            continue
        if kept is None:
            sentences.append(
                _("%(what)s was left out: %(model)s takes none.") % {"what": called, "model": model}
            )
        elif kept != (int(asked) if name == "max_tokens" else asked):
            told = (
                _("%(what)s is now %(number)s, the most that %(model)s takes.")
                if asked > kept
                else _("%(what)s is now %(number)s, the least that %(model)s takes.")
            )
            number = intcomma(int(kept) if kept.is_integer() else kept)
            sentences.append(told % {"what": called, "number": number, "model": model})
    return sentences


def clean_system_prompt(text: str) -> str:
    """Return `text` as it will be kept; raise Refusal when it is too long."""
    text = plain(text).strip()
    if len(text) > SYSTEM_PROMPT_CHARACTERS:
        raise Refusal(
            _("This system prompt has %(count)s characters; at most %(most)s are kept.")
            % {"count": intcomma(len(text)), "most": intcomma(SYSTEM_PROMPT_CHARACTERS)}
        )
    return text


def plain(text: str) -> str:
    """Return `text` with LF line ends, without NUL and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode()
