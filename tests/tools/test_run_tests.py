import re

import pytest

from tools.run_tests import PURE, ROOT, Result, count, report, skip

# What a test says that is about one of the databases, or about how they differ.
OF_A_DATABASE = r"\b(on_sqlite|on_postgresql|is_sqlite|IS_SQLITE|vendor)\b|settings\.SQLITE|transaction=True"


def test_what_pytest_counted_is_summed_up(tmp_path, capsys):
    file = tmp_path / "counts.json"
    file.write_text('{"": 9, "passed": 14, "failed": 2, "error": 1, "skipped": 3, "deselected": 7}')
    runs = [
        Result("SQLite", count(file), 1.5, failed=True),
        Result("Browser", count(file), 2.0, failed=False),
    ]

    assert report(runs, 3.5) == 1

    told = capsys.readouterr().out
    assert "SQLite       2 failed, 14 passed, 3 skipped, 1 errors in 1.5s (FAILED)" in told
    assert "=== 4 failed, 28 passed, 6 skipped, 2 errors in 3.5s (FAILED) ===" in told


def test_a_run_that_never_came_to_its_end_passed_nothing(tmp_path):
    assert sum(count(tmp_path / "counts.json").values()) == 0


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_a_part_that_cannot_run_is_a_failure_only_in_ci(monkeypatch, capsys, ci, status):
    monkeypatch.setenv("CI", ci)

    assert report([skip("Browser", "no Chromium on this machine")], 1.0) == status

    assert "Browser      skipped: no Chromium on this machine" in capsys.readouterr().out


@pytest.mark.parametrize("place", PURE)
def test_what_is_asked_on_one_database_says_nothing_of_databases(place):
    path = ROOT / place
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))

    assert files
    for file in files:
        told = file.name != "test_run_tests.py" and re.search(OF_A_DATABASE, file.read_text())
        assert not told, f"{file} is about a database ({told[0]}): it is asked on both"
