"""What the log says of a database that does not answer: a line, where a bug of ours has its trace."""

import logging

from django.db import InterfaceError, OperationalError


def without_trace(record: logging.LogRecord) -> bool:
    """Name the failure in place of its trace: every page has one while the database is away."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, OperationalError | InterfaceError):
        record.msg = f"{record.getMessage()} ({type(error).__name__}: the database did not answer)"
        record.args = record.exc_info = record.exc_text = None
    return True
