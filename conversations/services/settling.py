"""What a call came to: counted in the transaction that ends it, so never twice and never not."""

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from conversations.models import ChatModel, Generation, Reservation, Usage
from conversations.models.chat_model import UNMEASURED_CHARACTERS_PER_TOKEN
from conversations.models.generation import ACTIVE
from conversations.models.spending import to_units

from .pricing import cost_of
from .spending import add_to, pots_of, site_day
from .tally import COUNTS, NOTHING, Tally


@transaction.atomic(savepoint=False)
def settle(generation: Generation, *, characters_sent: int = 0, characters_written: int = 0) -> None:
    """Count what `generation`, which has just ended, came to, and give back what was set aside for it.

    Call it once, last, in the transaction that ends it. Where the model told no count, as of an answer that
    was stopped, what was sent and written is counted by its characters.
    """
    held = take_back(Reservation.objects.filter(generation=generation))
    counted = count(generation, held, sent=characters_sent, written=characters_written)
    keep(generation.conversation.owner_id, generation.model_asked, counted, held)


@transaction.atomic(savepoint=False)
def release(generation: Generation) -> None:
    """Give back what was set aside for `generation`, which never ran; the same rules as for `settle`."""
    if held := take_back(Reservation.objects.filter(generation=generation)):
        keep(held.person_id, held.model, NOTHING, held)


def settle_orphans() -> int:
    """Count, in full, what was set aside for calls that are gone, and return how many there were.

    Their rows were deleted in mid-answer, or ended by a release that knew no budgets.
    """
    ended = Reservation.objects.filter(Q(generation=None) | ~Q(generation__status__in=ACTIVE))
    orphans = list(ended.values_list("pk", flat=True)[:1_000])
    return sum(settle_orphan(pk) for pk in orphans)


def settle_orphan(pk: int) -> bool:
    with transaction.atomic():
        held = take_back(Reservation.objects.filter(pk=pk))
        if held is None:
            return False
        answer_tokens, cost = held.tokens - held.prompt_tokens, held.cost
        model = ChatModel.objects.filter(name=held.model).first() if held.is_unpriced else None
        if model is not None:
            usd = cost_of(model, held.prompt_tokens, answer_tokens, came_to_its_end=False)
            cost = to_units(usd) if usd is not None else 0
        counted = Tally(1, held.prompt_tokens, answer_tokens, cost=cost)
        keep(held.person_id, held.model, counted, held)
    return True


def take_back(rows: QuerySet[Reservation]) -> Reservation | None:
    held = rows.first()
    # Whoever deletes it gives it back; nobody does so twice.
    if held is None or not Reservation.objects.filter(pk=held.pk).delete()[0]:
        return None
    return held


def count(generation: Generation, held: Reservation | None, *, sent: int, written: int) -> Tally:
    """Return what `generation` came to: as the model told, else by the characters."""
    told = generation.prompt_tokens is not None or generation.completion_tokens is not None
    has_begun = bool(written) or generation.http_status == 200
    model = None
    if told and generation.usage_trusted:
        prompt, completion = generation.prompt_tokens or 0, generation.completion_tokens or 0
    elif has_begun:
        model = model_of(generation)
        ratio = model.characters_per_token if model else UNMEASURED_CHARACTERS_PER_TOKEN
        prompt = int(sent / ratio) or (held.prompt_tokens if held else 0)
        completion = int(written / ratio)
    else:
        return NOTHING if generation.cost_usd is None else Tally(1, cost=to_units(generation.cost_usd))
    cached = min(generation.cached_tokens or 0, prompt) if generation.usage_trusted else 0
    cost = generation.cost_usd
    if cost is None:
        model = model or model_of(generation)
        ended = told and generation.usage_trusted
        cost = cost_of(model, prompt, completion, cached=cached, came_to_its_end=ended) if model else None
    return Tally(1, prompt, completion, cached, to_units(cost) if cost is not None else 0)


def model_of(generation: Generation) -> ChatModel | None:
    return ChatModel.objects.filter(name=generation.model_asked).first()


def given_back(held: Reservation | None) -> dict[str, Case]:
    """Return the changes that give back what was set aside, where it was."""
    if held is None:
        return {}
    where = Q(group=None) | Q(group__in=held.groups)
    amounts = {"tokens": held.tokens, "cost": held.cost, "unpriced": int(held.is_unpriced)}
    return {
        f"reserved_{name}": Case(When(where, then=Value(-amount)), default=Value(0))
        for name, amount in amounts.items()
    }


def keep(person_id: int, model: str, counted: Tally, held: Reservation | None) -> None:
    """Add what a call came to; to the person's own row and the pots first, where those that end at once wait.

    It is out of the pots of the person's groups, and of those in which it was set aside: they may have left.
    """
    if counted.is_nothing and held is None:
        return
    today = site_day()
    add_to(
        person_id,
        today,
        pots_of(person_id) | Q(group__in=held.groups if held else []),
        day_tokens=counted.tokens,
        day_cost=counted.cost,
        month_tokens=counted.tokens,
        month_cost=counted.cost,
        **given_back(held),
    )
    if counted.is_nothing:
        return
    rows = Usage.objects.filter(person_id=person_id, day=today, model=model)
    added = {name: F(name) + Value(getattr(counted, name)) for name in COUNTS}
    if not rows.update(**added):
        Usage.objects.bulk_create([Usage(person_id=person_id, day=today, model=model)], ignore_conflicts=True)
        rows.update(**added)
