"""Tests that are about one of the two databases."""

import os

import pytest

IS_SQLITE = os.environ["DATABASE_URL"].startswith("sqlite")
# tools/run_faults.py knows these words.
on_sqlite = pytest.mark.skipif(not IS_SQLITE, reason="about SQLite (the other database shows it)")
on_postgresql = pytest.mark.skipif(IS_SQLITE, reason="about PostgreSQL (the other database shows it)")
