"""What a model takes, as far as its name and its dialect tell: its family's schema.

The families are those of aimlapi's page of each model. A catalogue says whether a model sees
and thinks, but not which parameters it takes.
"""

import re
from collections.abc import Mapping
from typing import Literal

from .types import Dialect, Effort

Sampling = Literal["temperature", "top_p"]
Range = tuple[float, float]

# Anthropic-shaped bodies; all others that are not listed speak OpenAI's.
ANTHROPIC_SHAPED = {
    *("claude-sonnet-4-5", "claude-sonnet-4-6", "claude-haiku-4-5", "claude-opus-4-1"),
    *("claude-opus-4-5", "claude-opus-4-6", "claude-opus-4-7"),
}
EITHER = {"claude-opus-4-8", "claude-fable-5", "claude-sonnet-5", "claude-opus-5"}
FROM_FIVE_ON = re.compile(r"claude-[a-z]+-([5-9]|\d\d)(-\d{1,2})?\Z")
WITHOUT_SAMPLING = {"claude-opus-4-7"}  # lacks what its family has
# OpenAI's models that think always: another temperature than their own is a 400.
THINKS_ALWAYS = re.compile(r"(o\d|gpt-5)\b")
CLAUDES_THAT_CANNOT_THINK = re.compile(r"claude-(3|instant|2)")

EFFORTS: tuple[Effort, ...] = ("low", "medium", "high")
# Claude is given a budget: its levels of effort were seen to be taken and not obeyed.
THINKING_TOKENS: Mapping[Effort, int] = {"low": 2_000, "medium": 6_000, "high": 16_000}


def family_name(model: str) -> str:
    """Return `model` without its vendor, written as in the tables: 4.6 and 4-6 are one."""
    return re.sub(r"(?<=\d)\.(?=\d)", "-", model.rsplit("/", 1)[-1].lower())


def is_claude(model: str) -> bool:
    return family_name(model).startswith("claude-")


def dialect_of(model: str) -> Dialect:
    """Return the request schema that `model` takes, as far as its name tells."""
    name = family_name(model)
    if name in ANTHROPIC_SHAPED:
        return "anthropic"
    moving = name.startswith("claude-") and name.endswith("-latest")
    return "both" if name in EITHER or moving or FROM_FIVE_ON.match(name) else "openai"


def ranges_of(model: str, dialect: Dialect) -> dict[Sampling, Range]:
    """Return the lowest and the highest value of each parameter that `model` takes in `dialect`."""
    name = family_name(model)
    if dialect == "both" or name in WITHOUT_SAMPLING or THINKS_ALWAYS.match(name):
        return {}
    lowest_top_p = 0.0 if dialect == "anthropic" else 0.01
    return {"temperature": (0.0, 1.0 if is_claude(model) else 2.0), "top_p": (lowest_top_p, 1.0)}


def efforts_of(model: str) -> tuple[Effort, ...]:
    """Return how hard `model` can be told to think, or nothing."""
    name = family_name(model)
    thinks = is_claude(model) and not CLAUDES_THAT_CANNOT_THINK.match(name)
    return EFFORTS if thinks or THINKS_ALWAYS.match(name) else ()


def sees(model: str) -> bool:
    """Whether `model` takes pictures and PDF files: every Claude that is served does."""
    return is_claude(model)
