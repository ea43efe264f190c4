"""Writes down how often shares were opened: every few seconds while there is anything, and at the end."""

import asyncio
import logging

from conversations.services.share_views import has_unwritten, write_views

from .database import NO_ANSWER, in_database

WRITE_EVERY_S = 5.0

log = logging.getLogger(__name__)


async def keep_views() -> None:
    """Write until cancelled, and once more then."""
    try:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            await write()
    finally:
        await write()


async def write() -> None:
    if not has_unwritten():
        return
    try:
        await in_database(write_views)
    except NO_ANSWER as error:
        log.warning("Openings of shared links not written yet (%s).", type(error).__name__)
