"""A conversation is deleted, an account closed, a person signs out: while an answer is being written."""

import subprocess
import sys
from datetime import datetime
from time import monotonic

import pytest

from conversations.management.local_model import ROOT
from tests.faults.figures import Figures
from tests.faults.invariants import stored, wait_until_quiet
from tests.faults.page import Answer, Page
from tests.faults.shown import elements
from tests.served.site import Site

from .test_stopping import UPSTREAM_LEFT_S, left_after

VIEWER_LEFT_S = 5.0


def sent_away_after(answer: Answer, moment: float) -> float:
    """Return how many seconds after `moment` a page was told to go elsewhere."""
    answer.wait_until(lambda answer: answer.is_gone)
    return answer.moments[-1].at - moment


def run_orm(site: Site, statements: str) -> None:
    """Change rows as an administrator's script does it: in a process of its own, past every page."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", statements]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, timeout=60)


def close_in_the_admin(staff: Page, page: Page) -> None:
    """Take “Active” away from the account of `page`, as an administrator does."""
    pk = staff.site.query("SELECT id FROM accounts_user WHERE username = %s", page.person.name)[0][0]
    address = f"/admin/accounts/user/{pk}/change/"
    form = staff.get(address).text
    boxes = {field.attributes["name"] for field in elements(form, "checked")}
    fields = {
        field.attributes["name"]: field.attributes.get("value", "")
        for field in elements(form, "name")
        if field.attributes.get("type") in {"text", "email", "hidden"}
    }
    kept = {**fields, **dict.fromkeys(boxes - {"is_active"}, "on"), "theme": "system"}
    saved = staff.post(address, kept, htmx=False)
    assert saved.status_code == 302, saved.text


@pytest.mark.promise(row="B8")
def test_deleting_a_conversation_ends_its_answer_everywhere(two_tabs, upstream, hold_true, figures):
    for number in figures.times(2, long=20):
        here, there = two_tabs()
        question = f"words-400@40 until it is deleted {number}"
        answer = here.ask(question).wait_for_words(3)
        other = there.open(here.conversation)

        deleted = monotonic()
        assert there.post(f"{there.conversation}delete/").headers["HX-Redirect"] == "/"
        figures.worst("the model is left", left_after(upstream, question, deleted), at_most=UPSTREAM_LEFT_S)
        for shown in (answer, other):
            figures.worst("the stream ends", sent_away_after(shown, deleted), at_most=VIEWER_LEFT_S)
        assert here.get(here.conversation).status_code == 404
        wait_until_quiet(here.site.database)
        written = seconds_after_the_delete(here.site, question)
        figures.worst("something is written", written, at_most=UPSTREAM_LEFT_S)
        assert here.post(f"{here.conversation}restore/", htmx=False).status_code == 302
        assert here.open(here.conversation).shown.status == "stopped"

    hold_true()


def seconds_after_the_delete(site: Site, question: str) -> float:
    """Return how long after its deletion anything was written to the conversation of `question`."""
    times = site.query(
        """SELECT conversation.deleted_at, conversation.updated_at, generation.finished_at
           FROM conversations_conversation conversation
           JOIN conversations_generation generation ON generation.conversation_id = conversation.id
           JOIN conversations_message message ON message.conversation_id = conversation.id
           WHERE message.text = %s""",
        question,
    )
    deleted, *written = [datetime.fromisoformat(str(time)) for time in times[0]]
    return max((time - deleted).total_seconds() for time in written)


@pytest.mark.promise(row="B8")
def test_an_account_that_is_closed_in_the_admin_loses_its_answers_and_its_pages(
    two_sites, two_tabs, visit, upstream, hold_true, figures
):
    staff = visit(two_sites[1], two_sites[1].person(staff=True))
    for number in figures.times(1, long=20):
        here, there = two_tabs()
        question = f"words-400@40 until the account is closed {number}"
        answer = here.ask(question).wait_for_words(3)
        other = there.open(here.conversation)

        close_in_the_admin(staff, here)
        closed = monotonic()
        ends_with_the_account(here, [answer, other], closed, figures)
        figures.worst("the model is left", left_after(upstream, question, closed), at_most=UPSTREAM_LEFT_S)

    hold_true()


def ends_with_the_account(page: Page, shown: list[Answer], closed: float, figures: Figures) -> None:
    for answer in shown:
        figures.worst("the stream ends", sent_away_after(answer, closed), at_most=VIEWER_LEFT_S)
    assert page.get(page.conversation).headers["Location"].startswith("/accounts/login/")
    wait_until_quiet(page.site.database)
    assert stored(page.site.database, shown[0]).status == "stopped"


@pytest.mark.promise(row="B8")
def test_rows_that_are_deleted_by_a_script_are_not_written_again(two_tabs, upstream, hold_true, figures):
    here, there = two_tabs()
    question = "words-400@40 until its rows are gone"
    answer = here.ask(question).wait_for_words(3)
    other = there.open(here.conversation)
    public_id = here.conversation.strip("/").split("/")[-1]

    find = f"from conversations.models import Conversation as C; C.objects.get(public_id='{public_id}')"
    run_orm(here.site, f"{find}.delete()")
    deleted = monotonic()
    figures.worst("the model is left", left_after(upstream, question, deleted), at_most=UPSTREAM_LEFT_S)
    for shown in (answer, other):
        figures.worst("the stream ends", sent_away_after(shown, deleted), at_most=VIEWER_LEFT_S)
    wait_until_quiet(here.site.database)

    assert here.site.query("SELECT 1 FROM conversations_message WHERE text = %s", question) == []
    here.asked.clear()
    hold_true()


@pytest.mark.promise(row="B8")
def test_who_signs_out_sees_no_more_and_the_answer_is_stored_whole(two_tabs, visit, hold_true, figures):
    for number in figures.times(1, long=20):
        here, there = two_tabs()
        answer = here.ask(f"words-120@40 while somebody signs out {number}").wait_for_words(3)
        other = there.open(here.conversation)

        signed_out = monotonic()
        assert there.post("/accounts/logout/").headers["HX-Redirect"] == "/accounts/login/"
        for shown in (answer, other):
            figures.worst("the stream ends", sent_away_after(shown, signed_out), at_most=VIEWER_LEFT_S)
            assert not shown.has_ended
        assert here.get(here.conversation).headers["Location"].startswith("/accounts/login/")
        wait_until_quiet(here.site.database)
        kept = stored(here.site.database, answer)
        assert (kept.status, len(kept.text.split())) == ("done", 120)

    hold_true()
