"""The provider's list of models, taken over into ours: nothing is deleted, and what a person set stays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.llm.abilities import EFFORTS, dialect_of, efforts_of, is_claude
from conversations.llm.catalogue import Catalogue, Listed, without_twins
from conversations.models import ChatModel
from conversations.models.chat_model import readable_name

from .errors import Refusal

WRITTEN = (
    *("label", "developer", "takes_images", "takes_files", "efforts"),
    *("input_price", "output_price", "cached_price", "context_window", "output_limit"),
    *("is_offered", "is_gone", "last_seen_at"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question and an answer may have at most, whatever a catalogue promises: both are paid for."""

    window: int
    answer: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What a list of the provider changed, by the names of the models."""

    listed: int
    refused: int
    added: Sequence[str]
    offered: Sequence[str]
    gone: Sequence[str]
    kept: Sequence[str]  # not listed any more, but a person offers them


@transaction.atomic
def sync_models(catalogue: Catalogue, *, bounds: Bounds, offer: Sequence[str] = ()) -> Synced:
    """Take `catalogue` over: add what is new, refresh what is known, mark what is gone.

    New models are offered to people only where their name fits one of the patterns `offer`. An empty list
    changes nothing: Refusal is raised.
    """
    if not catalogue.models:
        raise Refusal(_("The provider lists no model that answers in words."))
    now = timezone.now()
    rows = list(ChatModel.objects.select_for_update())
    listed = by_name(catalogue.models)
    found = [row for row in rows if row.name in listed]
    for row in found:
        refresh(row, listed[row.name], now=now)
    missing = [row for row in rows if row.name not in listed and row.last_seen_at and not row.is_gone]
    kept = [row for row in missing if row.is_offered and "is_offered" in row.set_by_hand]
    gone = [row for row in missing if row not in kept]
    for row in gone:
        row.is_gone = True
    added = [begin(model, bounds=bounds, now=now) for model in unknown(catalogue.models, rows)]
    offered = [row for row in [*found, *added] if offer_if_wanted(row, offer)]
    ChatModel.objects.bulk_update([*found, *gone], WRITTEN, batch_size=100)
    ChatModel.objects.bulk_create(added, batch_size=100, ignore_conflicts=True)
    return Synced(
        listed=len(catalogue.models),
        refused=catalogue.refused,
        added=names(added),
        offered=names(offered),
        gone=names(gone),
        kept=names(kept),
    )


def by_name(models: Iterable[Listed]) -> Mapping[str, Listed]:
    """Return `models` by each name that they answer to; a name of its own goes before an alias."""
    found: dict[str, Listed] = {}
    for model in models:
        found |= {alias: model for alias in model.aliases if alias not in found}
    return found | {model.name: model for model in models}


def unknown(models: Sequence[Listed], rows: Sequence[ChatModel]) -> list[Listed]:
    """Return those of `models` that no row stands for, each once."""
    known = {row.name for row in rows}
    one_of_each = without_twins(models, known=known)
    return [model for model in one_of_each if not known & {model.name, *model.aliases}]


def begin(model: Listed, *, bounds: Bounds, now: datetime) -> ChatModel:
    row = ChatModel(
        name=model.name,
        dialect=dialect_of(model.name),
        caches_prompts=is_claude(model.name),
        context_window=bounds.window,
        output_limit=bounds.answer,
    )
    refresh(row, model, now=now)
    return row


def refresh(row: ChatModel, model: Listed, *, now: datetime) -> None:
    """Write what `model` tells to `row`, but for what a person has set there."""
    told: dict[str, object | None] = {
        "label": model.label or row.label or readable_name(row.name),
        "developer": model.developer or row.developer,
        "takes_images": model.sees,
        "takes_files": model.takes_files,
        "efforts": levels(model),
        "input_price": model.input_price,
        "output_price": model.output_price,
        "cached_price": model.cached_price,
        # Only ever less: a wider window would let every question of a long conversation cost more.
        "context_window": min(row.context_window, model.context_window or row.context_window),
        "output_limit": min(row.output_limit, model.output_most or row.output_limit),
    }
    for name, value in told.items():
        if value is not None and name not in row.set_by_hand:
            setattr(row, name, value)
    row.is_gone, row.last_seen_at = False, now


def levels(model: Listed) -> list[str] | None:
    if model.thinks is None:
        return None
    return list(efforts_of(model.name) or EFFORTS) if model.thinks else []


def offer_if_wanted(row: ChatModel, patterns: Sequence[str]) -> bool:
    """Offer `row` when one of `patterns` fits and nobody has decided about it; return whether it was."""
    if row.is_offered or "is_offered" in row.set_by_hand:
        return False
    row.is_offered = any(fnmatchcase(row.name, pattern) for pattern in patterns)
    return row.is_offered


def names(rows: Iterable[ChatModel]) -> list[str]:
    return sorted(row.name for row in rows)
