"""What may be chosen for a model, and what of a choice a model is sent."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from conversations.llm import abilities
from conversations.llm.types import Dialect, Effort
from conversations.models import ChatModel
from conversations.models.chat_model import SAMPLING, read_range

STOPS_AT_MOST = 4
STOP_CHARACTERS = 100
# What is chosen for no model in particular is held to what the most generous ones take.
WIDEST = {"temperature": (0.0, 2.0), "top_p": (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model takes: as its row says and, where that is silent, as its family does."""

    images: bool
    files: bool
    efforts: tuple[Effort, ...]
    ranges: dict[str, abilities.Range]
    longest_answer: int


def abilities_of(model: ChatModel) -> Abilities:
    """Return what `model` takes."""
    sees = abilities.sees(model.name)
    told = {
        str(name): limits
        for name, limits in abilities.ranges_of(model.name, cast(Dialect, model.dialect)).items()
    }
    if model.ranges is not None:
        told = ranges_told(model.ranges)
    efforts = model.efforts if isinstance(model.efforts, list) else abilities.efforts_of(model.name)
    return Abilities(
        images=sees if model.takes_images is None else model.takes_images,
        files=sees if model.takes_files is None else model.takes_files,
        efforts=tuple(effort for effort in abilities.EFFORTS if effort in efforts),
        ranges={name: told[name] for name in SAMPLING if name in told},
        longest_answer=max(1, model.output_limit),
    )


def ranges_told(ranges: object) -> dict[str, abilities.Range]:
    """Return the ranges that a row holds, without what is none."""
    if not isinstance(ranges, dict):
        return {}
    read = {str(name): read_range(limits) for name, limits in ranges.items()}
    return {name: limits for name, limits in read.items() if limits is not None}


def fit(chosen: Mapping[str, object], model: ChatModel) -> dict[str, object]:
    """Return what of `chosen` can be sent to `model`: only what it takes, each within its range."""
    able = abilities_of(model)
    return hold(chosen, ranges=able.ranges, efforts=able.efforts, longest_answer=able.longest_answer)


def hold(
    chosen: Mapping[str, object],
    *,
    ranges: Mapping[str, abilities.Range],
    efforts: tuple[Effort, ...],
    longest_answer: int,
) -> dict[str, object]:
    """Return `chosen` without what is not offered or is none, its numbers within `ranges`."""
    held: dict[str, object] = {}
    for name, (low, high) in ranges.items():
        value = as_number(chosen.get(name))
        if value is not None:
            held[name] = min(max(value, low), high)
    tokens = as_number(chosen.get("max_tokens"))
    if tokens is not None:
        held["max_tokens"] = int(min(max(tokens, 1), longest_answer))
    if chosen.get("effort") in efforts:
        held["effort"] = chosen["effort"]
    stops = chosen.get("stop")
    told = (
        [stop for stop in stops if isinstance(stop, str) and stop.strip()] if isinstance(stops, list) else []
    )
    if told:
        held["stop"] = [stop[:STOP_CHARACTERS] for stop in told[:STOPS_AT_MOST]]
    return held


def tokens_asked(chosen: Mapping[str, object], model: ChatModel) -> int:
    """Return the `max_tokens` of a call with `chosen`, already fit: what Claude thinks counts inside it."""
    tokens = as_number(chosen.get("max_tokens"))
    longest = model.output_limit if tokens is None else int(tokens)
    effort = chosen.get("effort")
    if effort and abilities.is_claude(model.name):
        return longest + abilities.THINKING_TOKENS[cast(Effort, effort)]
    return longest


def as_number(value: object) -> float | None:
    """Return `value` if it is a finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer of hundreds of digits
        return None
