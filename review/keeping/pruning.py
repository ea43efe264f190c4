"""What time removes for ever: by the rules, once an hour on a served site, and by `manage.py prune`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from conversations.models import Conversation
from conversations.models.conversation import ConversationQuerySet
from conversations.services.attachments.tidying import empty_withdrawn
from conversations.services.errors import Refusal
from conversations.services.removing import Cause, Outcome, remove
from review.models import Sort

from .holds import is_kept, look_again_everywhere
from .rules import Rule, all_rules, over

log = logging.getLogger(__name__)

CAUSES = {Sort.DELETED: Cause.TRASH, Sort.TEMPORARY: Cause.TEMPORARY}


@dataclass(frozen=True, slots=True)
class Due:
    """What goes at a moment by one rule; without a rule, what only a hold kept that has ended."""

    rule: Rule | None
    rows: ConversationQuerySet

    @property
    def cause(self) -> Cause:
        if self.rule is None:
            return Cause.RELEASED
        return CAUSES.get(self.rule.sort, Cause.RETENTION)

    @property
    def free(self) -> ConversationQuerySet:
        """Those that no hold keeps."""
        return self.rows.exclude(is_kept())

    @property
    def kept(self) -> ConversationQuerySet:
        return self.rows.filter(is_kept())


def due_at(now: datetime) -> Iterator[Due]:
    """Yield what each rule lets go at `now`, and what was withdrawn and is kept no more."""
    yield Due(None, Conversation.objects.filter(withdrawn_at__isnull=False))
    rules = all_rules()
    for rule in rules:
        if rule.stays is not None:
            yield Due(rule, over(rule, rules, now=now))


def prune(*, now: datetime) -> Iterator[tuple[Due, Outcome]]:
    """Remove what is over at `now`, a rule at a time; cut off anywhere, the next one goes on.

    What a hold keeps stays; of the trash, and of what is temporary, it leaves its owner's sight. Raises
    Refusal, with nothing removed, when a hold cannot look for what it keeps.
    """
    look_again_everywhere()
    for due in due_at(now):
        # What a hold keeps is gone over only where it has to leave somebody's sight.
        rows = due.rows if due.cause in CAUSES.values() else due.free
        yield due, remove(rows, cause=due.cause, rule=due.rule.key if due.rule else "")
    empty_withdrawn()


def prune_all(*, now: datetime) -> Outcome:
    """Do as `prune`, and return what it came to; what stands in the way is told in the log."""
    total = Outcome()
    try:
        for _due, outcome in prune(now=now):
            total += outcome
    except Refusal as refusal:
        log.error("Nothing is removed by its time: a hold could not look for what it keeps. %s", refusal)
    return total
