"""What a call cost to a model of which nobody listed a price: learned from the answers that tell it.

Decision 22 says why such a call goes alone where money is limited, and what of a model that tells nothing.
"""

from decimal import Decimal

from django.db.models import Max, Q

from conversations.models import ChatModel

PER = 1_000_000
DEAREST = Decimal(999_999)


def cost_of(
    model: ChatModel, prompt: int, completion: int, *, cached: int = 0, came_to_its_end: bool
) -> Decimal | None:
    """Return what a call to `model` that told no cost came to in USD: by its price, or one it told before.

    Where there is neither and it `came_to_its_end`, that is kept: no budget in money lets that model through
    from then on. What was stopped or broke off could not tell, and costs as the dearest model of the list.
    """
    listed = model.price(prompt, completion, cached_tokens=cached)
    if listed is not None:
        return listed
    if model.told_price is not None:
        return model.told_price * (prompt + completion) / PER
    if not came_to_its_end:
        dearest = ChatModel.objects.aggregate(dearest=Max("output_price"))["dearest"]
        return None if dearest is None else Decimal(dearest) * (prompt + completion) / PER
    ChatModel.objects.filter(pk=model.pk, keeps_price_secret=False).update(keeps_price_secret=True)
    return None


def learn_price(model: ChatModel, *, tokens: int, usd: Decimal) -> None:
    """Keep of `model` the most that a token cost, as its answers told."""
    if not tokens or model.is_priced:
        return
    told = min(usd * PER / tokens, DEAREST).quantize(Decimal("0.000001"))
    cheaper = Q(told_price=None) | Q(told_price__lt=told) | Q(keeps_price_secret=True)
    rows = ChatModel.objects.filter(cheaper, pk=model.pk)
    rows.update(told_price=max(told, model.told_price or told), keeps_price_secret=False)
