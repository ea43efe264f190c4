"""What a model sees of a branch: the newest messages that fit its window. Counted, not read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from conversations.models import ChatModel, Conversation, Kind, Message, Summary

from .attachments.carried import Carried, carried_in
from .attachments.weighing import ALL_KINDS, weight_of
from .compaction import summary_for, with_summary
from .history import turns_to
from .window import Window, first_kept


@dataclass(frozen=True, slots=True)
class Sight:
    """The newest `length` messages of a branch that are sent, of which `first` is the oldest, by its key.

    It `is_whole` when all is sent that no summary stands for.
    """

    system: str
    summary: Summary | None
    budget: int
    tokens: int
    first: int | None = None
    length: int = 0
    is_whole: bool = True

    @property
    def percent(self) -> int:
        """How full the window is, 0 to 100."""
        return min(100, round(100 * self.tokens / self.budget)) if self.budget else 100


def sight_of(
    conversation: Conversation,
    end: Message | None,
    model: ChatModel,
    takes: frozenset[Kind] = ALL_KINDS,
    carried: Sequence[Carried] | None = None,
) -> Sight:
    """Return what `model`, which takes files of these kinds, is sent of the branch to `end`.

    That is three queries, which grow with the window and the files alone; two where `carried` is known.
    """
    window = Window(model.context_window, model.output_limit, model.characters_per_token)
    summary = summary_for(conversation, end)
    system = with_summary(conversation.system_prompt, summary)
    tokens = window.estimate(len(system)) if system else 0
    walked = turns_to(end, characters=window.characters)
    # On a branch the keys grow: who is below was said later.
    turns = [turn for turn in walked if summary is None or turn.pk > summary.upto_id]
    weights = weights_of(carried_in(conversation) if carried is None else carried, window, takes)
    turns = [replace(turn, characters=turn.characters + weights.get(turn.pk, 0)) for turn in turns]
    worded = [turn for turn in turns if turn.characters]
    if not worded:
        return Sight(system, summary, window.budget, tokens)
    sizes = [(turn.role, turn.characters) for turn in worded]
    kept = worded[first_kept(sizes, system_characters=len(system), window=window) :]
    return Sight(
        system,
        summary,
        window.budget,
        tokens + sum(window.estimate(turn.characters) for turn in kept),
        first=kept[0].pk,
        length=len(turns) - turns.index(kept[0]),
        is_whole=len(kept) == len(worded) and (walked[0].is_first or len(turns) < len(walked)),
    )


def weights_of(carried: Sequence[Carried], window: Window, takes: frozenset[Kind]) -> Counter[int]:
    """Return how many characters the files weigh that are `carried`, by message."""
    weights: Counter[int] = Counter()
    for one in carried:
        if not one.by_deleted:
            weights[one.message_id] += weight_of(one.attachment, window, takes)
    return weights
