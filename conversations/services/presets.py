"""Presets and prompts: what people keep under a name to begin with."""

import re
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import Group
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

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
    refuse_beyond(
        preset.description,
        PRESET_DESCRIPTION_LENGTH,
        _("A description can have %(length)s characters; this one has %(count)s."),
    )
    keep(preset, PRESET_NAME_LENGTH)
    return told_limits(chosen, preset.parameters, str(model) if model is not None else _("any model"))


def save_prompt(prompt: Prompt, *, name: str, text: str) -> None:
    """Keep `prompt`, new or changed; raise Refusal when its owner has one of that name, or too many."""
    prompt.name = tidy(name).lstrip("/").strip()
    prompt.text = plain(text).strip()
    if not prompt.text:
        raise Refusal(_("A prompt needs some words."))
    if len(prompt.text) > MESSAGE_CHARACTERS:
        raise Refusal(
            _("A prompt can have %(most)s characters; this one has %(count)s.")
            % {"most": intcomma(MESSAGE_CHARACTERS), "count": intcomma(len(prompt.text))}
        )
    keep(prompt, PROMPT_NAME_LENGTH)


def refuse_beyond(text: str, length: int, sentence: str) -> None:
    if len(text) > length:
        raise Refusal(sentence % {"length": length, "count": len(text)})


def keep(row: Preset | Prompt, name_length: int) -> None:
    is_preset = isinstance(row, Preset)
    if not row.name:
        raise Refusal(_("A preset needs a name.") if is_preset else _("A prompt needs a name."))
    refuse_beyond(row.name, name_length, _("A name can have %(length)s characters; this one has %(count)s."))
    kept = row.owner.presets if isinstance(row, Preset) else row.owner.prompts
    if row.pk is None and kept.count() >= AT_MOST:
        most = (
            _("You have %(most)s presets, which is the most. Delete one first.")
            if is_preset
            else _("You have %(most)s prompts, which is the most. Delete one first.")
        )
        raise Refusal(most % {"most": AT_MOST})
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        taken = (
            _("You have a preset of that name already.")
            if is_preset
            else _("You have a prompt of that name already.")
        )
        raise Refusal(taken) from None


def usable_group(user: User, pk: int | None) -> Group | None:
    """Return the group `pk` if `user` belongs to it."""
    return user.groups.filter(pk=pk).first() if pk is not None else None


def variables_of(text: str) -> Sequence[str]:
    """Return the names that stand between double braces in `text`, each once, in their order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its variables replaced by `values`; one without a value is left as it stands."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
