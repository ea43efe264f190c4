import logging

from django.db import OperationalError

from chatsite.logs import without_trace


def record_of(error: Exception) -> logging.LogRecord:
    told = (type(error), error, None)
    return logging.LogRecord("django.request", logging.ERROR, "", 1, "%s: %s", ("Late", "/a/%s"), told)


def test_a_database_that_does_not_answer_is_told_in_a_line_without_its_trace():
    record = record_of(OperationalError("connection to 10.0.0.7 failed"))

    assert without_trace(record)
    said = logging.Formatter().format(record)
    assert said == "Late: /a/%s (OperationalError: the database did not answer)"


def test_a_bug_of_ours_keeps_its_trace():
    record = record_of(ZeroDivisionError())

    assert without_trace(record)
    assert record.exc_info is not None


def test_what_writes_the_log_has_it():
    (handler,) = logging.getLogger().handlers[:1]

    assert [filtering.callback for filtering in handler.filters] == [without_trace]
