"""What a served site does by itself once an hour."""

import asyncio
import logging
from pathlib import Path

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.utils import timezone

from conversations.services.attachments.tidying import forget_unsent
from conversations.services.leaving import purge_leavers
from conversations.streaming.database import NO_ANSWER, in_database
from review.keeping.pruning import prune_all

FIRST_AFTER_S = 600.0  # who starts has more urgent things to do
EVERY_S = 3_600.0

log = logging.getLogger(__name__)


async def keep_house() -> None:
    """Remove for ever what is over: conversations by their rules, files never sent, people who left.

    Several processes may do it at once. It has a thread of its own: much to remove must not keep running
    answers from being stored.
    """
    await asyncio.sleep(FIRST_AFTER_S)
    async with ThreadSensitiveContext():
        while True:
            try:
                await clear_away()
            except NO_ANSWER:
                log.warning(
                    "The house was not kept: the database did not answer. The next try is in an hour."
                )
            await asyncio.sleep(EVERY_S)


async def clear_away() -> None:
    if removed := (await in_database(prune_all, now=timezone.now())).removed:
        log.info("Removed %d conversations for ever.", removed)
    await in_database(forget_unsent)
    imports = Path(settings.DATA_DIR) / "imports"
    if gone := await in_database(purge_leavers, now=timezone.now(), imports=imports):
        log.info("Deleted %d accounts for ever.", gone)
