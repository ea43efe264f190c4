"""What calls to models cost, and what was saved."""

from decimal import Decimal

from conversations.models import ChatModel, Generation


def saved_by_cache(generation: Generation) -> Decimal | None:
    """Return what `generation` cost less, in USD, because the provider had kept a part; None when unknown."""
    if not generation.cached_tokens or not generation.usage_trusted:
        return None
    model = ChatModel.objects.filter(name=generation.model_asked).first()
    return model.saved(generation.cached_tokens) if model else None
