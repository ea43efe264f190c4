"""Whether this process can serve: what a proxy asks before it sends people here."""

from functools import cache

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from conversations import bus

from . import lag, shutdown
from .database import NO_ANSWER


def what_is_missing() -> list[str]:
    """Return what keeps this process from serving, a line each; nothing when it can."""
    return [
        *(["draining"] if shutdown.is_ending() else []),
        *database(),
        *(["bus: not listening"] if bus.carrier is not None and not bus.carrier.is_listening else []),
        *(["overloaded"] if lag.lag_s() > lag.LIMIT_S else []),
    ]


def database() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        require_migrations()
    except NO_ANSWER:
        return ["database: does not answer"]
    except NotMigratedError:
        return ["database: migrations are missing"]
    return []


class NotMigratedError(Exception):
    """The tables are not those of this code."""


@cache
def require_migrations() -> None:
    """Raise NotMigratedError while migrations are missing; once they are applied, nobody looks again."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigratedError
