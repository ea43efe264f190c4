"""Judging from the list: found by what was judged, judged many at once, taken back."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review.access import conversations_in_scope
from review.finding.asked import Asked
from review.finding.listing import find_page
from review.judging.verdicts import Opinion, give_verdict
from review.models import AccessRule, Mode, Sticker, Verdict
from tests.factories import make_conversation

from .judges import make_label, make_reviewer, opinion, settled
from .test_listing import titles

pytestmark = pytest.mark.django_db
LIST, MANY, UNDO = "/review/", "/review/judge/", "/review/judge/undo/"


@pytest.fixture
def rita():
    return make_reviewer("rita")


@pytest.fixture
def desk(rita, client_of):
    return client_of(rita)


def found(desk, **asked: str) -> set[str]:
    return set(titles(desk.get(LIST, asked)))


def test_the_list_is_narrowed_by_label_state_and_what_is_mine(ada, desk, rita):
    a, b, c, _d = (make_conversation(ada, name, "Yes.") for name in ("A", "B", "C", "D"))
    ravi, sara = make_reviewer("ravi"), make_reviewer("sara", settles=True)
    give_verdict(a, reviewer=rita, opinion=opinion("reviewed", make_label("Spam")))
    give_verdict(b, reviewer=ravi, opinion=Opinion("attention"))
    give_verdict(c, reviewer=ravi, opinion=Opinion("attention"))
    settled(c, sara, Opinion("reviewed"))
    give_verdict(_d, reviewer=rita, opinion=Opinion("unreviewed"))

    assert found(desk, label="Spam") == {"A"}
    assert found(desk, state="unreviewed") == {"D"}
    assert found(desk, state="reviewed") == {"A", "C"}
    assert found(desk, state="attention") == {"B"}
    assert found(desk, mine="yes") == {"A"}
    assert found(desk, mine="no") == {"B", "C", "D"}
    page = desk.get(LIST, {"label": "Spam", "mine": "yes"}).content.decode()
    assert page.count('class="filter-chip"') == 2
    assert desk.get(LIST, {"label": "nope"}).status_code == 422


def test_what_asks_for_my_verdicts_finds_nothing_where_nobody_asks(ada, rita):
    make_conversation(ada, "A", "Yes.")
    scope = conversations_in_scope(rita)
    assert not find_page(scope, Asked.of("mine=no")).rows
    assert find_page(scope, Asked.of("mine=no", reader=rita)).rows


def test_a_row_shows_what_i_think_and_not_what_others_do(ada, desk, rita):
    a, b = make_conversation(ada, "A", "Yes."), make_conversation(ada, "B", "Yes.")
    give_verdict(a, reviewer=rita, opinion=opinion("attention", make_label("Mine", colour="danger")))
    give_verdict(b, reviewer=make_reviewer("ravi"), opinion=opinion("attention", make_label("Theirs")))

    page = desk.get(LIST).content.decode()

    table = page[page.index("<tbody>") : page.index("</table>")]
    assert table.count("needs attention") == 1
    assert "sticker--danger" in table
    assert "Theirs" not in table


def test_many_are_reviewed_at_once_and_that_is_taken_back_once(ada, desk, rita):
    a, b, c = (make_conversation(ada, name, "Yes.") for name in "ABC")
    give_verdict(b, reviewer=rita, opinion=opinion("attention", make_label("Spam")))

    response = desk.post(
        MANY, {"chosen": [a.public_id, b.public_id], "state": "reviewed", "list": "person=ada"}, follow=True
    )
    assert response.redirect_chain[0][0] == "/review/?person=ada"
    assert "2 conversations are reviewed." in response.content.decode()
    assert set(Verdict.objects.values_list("conversation", "state")) == {
        (a.pk, "reviewed"),
        (b.pk, "reviewed"),
    }

    desk.post(UNDO)
    assert list(Verdict.objects.values_list("conversation", "state")) == [(b.pk, "attention")]
    assert Sticker.objects.count() == 1
    desk.post(MANY, {"chosen": [c.public_id], "state": "reviewed"})
    desk.post(UNDO)
    desk.post(UNDO)
    assert Verdict.objects.count() == 1


def test_a_label_is_put_on_many_and_taken_off_those_that_had_it_not(ada, desk, rita):
    a, b = make_conversation(ada, "A", "Yes."), make_conversation(ada, "B", "Yes.")
    spam = make_label("Spam")
    give_verdict(a, reviewer=rita, opinion=opinion("reviewed", spam))

    desk.post(MANY, {"chosen": [a.public_id, b.public_id], "label": spam.public_id})
    assert Sticker.objects.count() == 2
    assert Verdict.objects.get(conversation=b).state == "unreviewed"
    desk.post(UNDO)

    assert Verdict.objects.get().conversation == a
    assert Sticker.objects.get().verdict.conversation == a


@pytest.mark.parametrize("what", [{}, {"state": "perfect"}, {"label": "x"}, {"label": ""}])
def test_what_is_not_understood_changes_nothing(what, ada, desk):
    talk = make_conversation(ada, "A", "Yes.")
    for chosen in ([], ["x"], [talk.public_id]):
        desk.post(MANY, {"chosen": chosen, **what})
    assert not Verdict.objects.exists()


def test_what_is_out_of_scope_is_not_judged_and_the_try_is_logged(ada, desk, caplog):
    talk = make_conversation(ada, "A", "Yes.")
    AccessRule.objects.create(mode=Mode.CLOSED)

    desk.post(MANY, {"chosen": [talk.public_id], "state": "reviewed"})

    assert not Verdict.objects.exists()
    assert "not in their scope" in caplog.text


def test_judged_rows_cost_no_more_queries(ada, desk, rita):
    label = make_label("Spam")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page = desk.get(LIST, {"mine": "yes", "label": "Spam", "state": "reviewed"})
        assert len(re.findall("data-desk-row[^s]", page.content.decode()))
        return len(asked)

    give_verdict(make_conversation(ada, "A", "Yes."), reviewer=rita, opinion=opinion("reviewed", label))
    queries()
    before = queries()
    for name in "BCDE":
        give_verdict(make_conversation(ada, name, "Yes."), reviewer=rita, opinion=opinion("reviewed", label))

    assert queries() <= before + 1  # extents are counted again


def test_the_addresses_of_many_are_for_readers(client_of, bob):
    for address in (MANY, UNDO):
        assert client_of(bob).post(address).status_code == 404
    assert client_of(bob).get(reverse("review:agreement")).status_code == 404
