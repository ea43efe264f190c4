"""Presets and prompts: what people keep under a name to begin with."""

import re
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts.models import User
from conversations.llm.abilities import EFFORTS
from conversations.models import ChatModel, Preset, Prompt
from conversations.models.preset import PRESET_DESCRIPTION_LENGTH, PRESET_NAME_LENGTH
from conversations.models.prompt import PROMPT_NAME_LENGTH

from .admission import MESSAGE_CHARACTERS
from .choosing import clean_system_prompt, plain, told_limits
from .errors import Refusal
from .parameters import WIDEST, fit, hold
from .titles import tidy

AT_MOST = 200  # of a kind for one person
LONGEST_ANSWER = 1_000_000
VARIABLE = re.compile(r"\{\{\s*([^{}\n]{1,60}?)\s*\}\}")


def save_preset(
    preset: Preset,
    *,
    name: str,
    description: str,
    system_prompt: str,
    model: ChatModel | None,
    chosen: Mapping[str, object],
    group: Group | None,
) -> list[str]:
    """Keep `preset`, new or changed, with what of `chosen` its model takes.

    Return a sentence for each choice that was held to what it takes. Raises Refusal when its owner has one of
    that name already, or too many.
    """
    preset.name, preset.description = tidy(name), tidy(description)
    preset.system_prompt = clean_system_prompt(system_prompt)
    preset.model, preset.group = model, group
    preset.parameters = (
        fit(chosen, model)
        if model is not None
        else hold(chosen, ranges=WIDEST, efforts=EFFORTS, longest_answer=LONGEST_ANSWER)
    )
    refuse_beyond(preset.description, PRESET_DESCRIPTION_LENGTH, "A description")
    keep(preset, "preset", PRESET_NAME_LENGTH)
    return told_limits(chosen, preset.parameters, str(model) if model is not None else "any model")


def save_prompt(prompt: Prompt, *, name: str, text: str) -> None:
    """Keep `prompt`, new or changed; raise Refusal when its owner has one of that name, or too many."""
    prompt.name = tidy(name).lstrip("/").strip()
    prompt.text = plain(text).strip()
    if not prompt.text:
        raise Refusal("A prompt needs some words.")
    if len(prompt.text) > MESSAGE_CHARACTERS:
        raise Refusal(
            f"A prompt can have {MESSAGE_CHARACTERS:,} characters; this one has {len(prompt.text):,}."
        )
    keep(prompt, "prompt", PROMPT_NAME_LENGTH)


def refuse_beyond(text: str, length: int, what: str) -> None:
    if len(text) > length:
        raise Refusal(f"{what} can have {length} characters; this one has {len(text)}.")


def keep(row: Preset | Prompt, kind: str, name_length: int) -> None:
    if not row.name:
        raise Refusal(f"A {kind} needs a name.")
    refuse_beyond(row.name, name_length, "A name")
    kept = row.owner.presets if isinstance(row, Preset) else row.owner.prompts
    if row.pk is None and kept.count() >= AT_MOST:
        raise Refusal(f"You have {AT_MOST} {kind}s, which is the most. Delete one first.")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refusal(f"You have a {kind} of that name already.") from None


def usable_group(user: User, pk: int | None) -> Group | None:
    """Return the group `pk` if `user` belongs to it."""
    return user.groups.filter(pk=pk).first() if pk is not None else None


def variables_of(text: str) -> Sequence[str]:
    """Return the names that stand between double braces in `text`, each once, in their order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its variables replaced by `values`; one without a value is left as it stands."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
