"""What a call may come to, before it is made: for a budget, which sets it aside."""

from django.db.models import Sum
from django.db.models.functions import Length

from conversations.models import ChatModel, Conversation, Generation, Message
from conversations.models.spending import to_units

from .attachments.weighing import ALL_KINDS, weight
from .budgets import Estimate
from .parameters import fit, tokens_asked
from .window import Window


def estimate_answer(conversation: Conversation, question: Message, model: ChatModel) -> Estimate:
    """Return what an answer of `model` to `question` may come to: all that is sent, and the longest answer.

    What went before is known from the last call of the conversation; of one that never had any it is guessed.
    """
    window = window_of(model)
    own = len(question.text) + weight(
        question.attachments.filter(deleted_at=None).without_text(), window, ALL_KINDS
    )
    before = 0 if question.parent_id is None else tokens_before(conversation, window)
    system = window.estimate(len(conversation.system_prompt))
    prompt = min(before + window.estimate(own) + system, model.context_window)
    return estimated(model, prompt, tokens_asked(fit(conversation.parameters, model), model))


def estimate_short(model: ChatModel, *, characters: int, answer_tokens: int) -> Estimate:
    """Return what a call with `characters` may come to that is answered by `answer_tokens` at most."""
    window = window_of(model)
    return estimated(model, min(window.estimate(characters), model.context_window), answer_tokens)


def estimate_summary(conversation: Conversation, model: ChatModel, *, answer_tokens: int) -> Estimate:
    """Return what a summary of `conversation` may come to."""
    prompt = min(tokens_before(conversation, window_of(model)), model.context_window)
    return estimated(model, prompt, answer_tokens)


def window_of(model: ChatModel) -> Window:
    return Window(model.context_window, model.output_limit, model.characters_per_token)


def estimated(model: ChatModel, prompt_tokens: int, answer_tokens: int) -> Estimate:
    price = model.price(prompt_tokens, answer_tokens)
    cost = to_units(price) if price is not None else None
    return Estimate(model.name, prompt_tokens, answer_tokens, cost, model.keeps_price_secret)


def tokens_before(conversation: Conversation, window: Window) -> int:
    """Return how many tokens were read and written last time, about, in one query or two."""
    counted = Generation.objects.filter(conversation=conversation, usage_trusted=True, message__isnull=False)
    last = counted.order_by("-pk").values_list("prompt_tokens", "completion_tokens").first()
    if last is not None:
        return (last[0] or 0) + (last[1] or 0)
    said = conversation.messages.filter(deleted_at=None).aggregate(characters=Sum(Length("text")))
    return min(window.estimate(said["characters"] or 0), window.budget)
