from tools import run_faults
from tools.run_faults import BEGIN, END, Shown, is_elsewhere, write

PASSED = Shown("F1", "test_a_kill_loses_nothing", "SQLite", "passed", 50, "seen after 3.1 s", "")
SKIPPED = Shown("F9", "test_a_clock", "SQLite", "skipped", 0, "", "libfaketime is not installed here")


def test_what_was_tried_and_the_worst_that_was_seen_are_one_line():
    assert PASSED.line == "| F1 | a kill loses nothing | SQLite | 50 | seen after 3.1 s | passed |"


def test_what_could_not_run_never_looks_like_a_pass():
    assert SKIPPED.line.endswith("| – | – | SKIPPED: libfaketime is not installed here |")


def test_promises_stand_in_their_order():
    tenth = Shown("F10", "test_memory", "SQLite", "passed", 1, "", "")

    assert sorted([tenth, SKIPPED, PASSED], key=lambda one: one.place) == [PASSED, SKIPPED, tenth]


def test_what_is_about_the_other_database_is_left_to_it():
    assert is_elsewhere("about SQLite (the other database shows it)")
    assert not is_elsewhere(SKIPPED.why)


def test_the_table_takes_the_place_of_the_one_before(tmp_path, monkeypatch):
    document = tmp_path / "promises.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    monkeypatch.setattr(run_faults, "DOCUMENT", document)

    write("new")

    assert document.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
