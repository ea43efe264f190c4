"""The people of the site, for those who look after them."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from accounts.roles import Role, give_roles, roles_of
from conversations.models import Status
from conversations.services import people
from tests.factories import PASSWORD, add_answer, add_question, make_conversation, make_share, make_user

pytestmark = pytest.mark.django_db
DEEDS = ("roles", "close", "open", "delete")


@pytest.fixture
def root():
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root, client_of) -> Client:
    return client_of(root)


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def names(office: Client, query: str = "") -> list[str]:
    page = office.get(f"/people/{query}").context["page"]
    return [row.person.username for row in page.rows]


# The list


def test_everybody_is_listed_by_name_with_roles_groups_and_state(ada, bob, office):
    give_roles(bob, {Role.REVIEWER})
    ada.groups.add(Group.objects.create(name="<b>Otters</b>"))
    User.objects.filter(pk=ada.pk).update(is_active=False)

    page = office.get("/people/").content.decode()

    assert names(office) == ["ada", "bob", "root"]
    assert page.count(">Reviewer<") == 1
    assert page.count(">Administrator<") == 1
    assert page.count(">Closed<") == 1
    assert "&lt;b&gt;Otters" in page


@pytest.mark.parametrize("word", ["ADA", "lovelace", "example.org", "Ａda"])
def test_people_are_found_by_name_in_any_spelling_and_by_address(word, ada, bob, office):
    User.objects.filter(pk=ada.pk).update(last_name="Lovelace", email="countess@example.org")

    assert names(office, f"?q={word}") == ["ada"]
    assert names(office, "?q=nobody") == []


def test_the_list_is_narrowed(ada, bob, office):
    give_roles(bob, {Role.REVIEWER})
    User.objects.filter(pk=ada.pk).update(is_active=False, leaves_at=timezone.now())

    assert names(office, "?show=administrators") == ["root"]
    assert names(office, "?show=reviewers") == ["bob"]
    assert names(office, "?show=closed") == ["ada"]
    assert names(office, "?show=leaving") == ["ada"]


def test_a_page_leads_to_the_next_and_nobody_is_missed(office, monkeypatch):
    monkeypatch.setattr(people, "PAGE", 3)
    for number in range(7):
        make_user(f"user{number}")

    first = office.get("/people/")
    assert names(office) == ["root", "user0", "user1"]
    assert "after=user1" in first.content.decode()
    assert names(office, "?after=user1") == ["user2", "user3", "user4"]
    assert names(office, "?after=user4") == ["user5", "user6"]
    assert "after=user" not in office.get("/people/?after=user4").content.decode()


def test_the_list_costs_the_same_for_many(ada, office):
    office.get("/people/")
    with CaptureQueriesContext(connection) as few:
        assert office.get("/people/").status_code == 200
    for number in range(15):
        person = make_user(f"user{number}")
        person.groups.add(Group.objects.create(name=f"Group {number}"))
        make_conversation(person, "Question", "Answer")
    with CaptureQueriesContext(connection) as many:
        assert office.get("/people/").status_code == 200

    assert len(many) <= len(few) + 1  # the groups, once there are any


@pytest.mark.parametrize(
    "query", ["?after=%00", "?q=%00", "?show=nonsense", "?q=" + "x" * 5000, "?after=%ED%A0%80"]
)
def test_strange_queries_are_answered(query, office):
    assert office.get(f"/people/{query}").status_code == 200


def test_who_waits_to_be_let_in_is_not_among_them(ada, office):
    User.objects.filter(pk=ada.pk).update(is_active=False, waits_for="approval")

    assert names(office) == ["root"]
    assert office.post(f"/people/{ada.pk}/open/").status_code == 404
    assert not fresh(ada).is_active


# Who may


@pytest.mark.parametrize("address", ["", "{pk}/"])
def test_everybody_else_finds_no_such_page(address, ada, bob, stranger, client_of):
    give_roles(ada, {Role.REVIEWER})

    assert stranger.get("/people/" + address.format(pk=ada.pk)).status_code == 404
    assert client_of(fresh(ada)).get("/people/" + address.format(pk=bob.pk)).status_code == 404


@pytest.mark.parametrize("deed", DEEDS)
def test_and_changes_nobody(deed, ada, stranger):
    before = User.objects.filter(pk=ada.pk).values().get()

    assert stranger.post(f"/people/{ada.pk}/{deed}/", {"role": "administrator"}).status_code == 404
    assert User.objects.filter(pk=ada.pk).values().get() == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("pk", ["0", "99999999", "9" * 40])
@pytest.mark.parametrize("deed", ["", *(f"{deed}/" for deed in DEEDS)])
def test_who_does_not_exist_is_not_found(pk, deed, office):
    answer = office.post if deed else office.get
    assert answer(f"/people/{pk}/{deed}").status_code == 404


# What they do


def test_roles_are_given_and_taken_on_record(ada, root, office):
    page = office.post(f"/people/{ada.pk}/roles/", {"role": ["reviewer", "nonsense"]}, follow=True)

    assert "The roles of ada are kept." in page.content.decode()
    assert roles_of(ada) == {Role.REVIEWER}
    office.post(f"/people/{ada.pk}/roles/", {"role": "administrator"})
    assert roles_of(ada) == {Role.ADMINISTRATOR}
    entries = LogEntry.objects.order_by("pk")
    assert [(entry.user, entry.get_change_message()) for entry in entries] == [
        (root, "Roles: reviewer (before: member)"),
        (root, "Roles: administrator (before: reviewer)"),
    ]
    assert "Roles: administrator (before: reviewer)" in office.get(f"/people/{ada.pk}/").content.decode()


def test_what_changes_nothing_is_not_on_record(ada, office):
    office.post(f"/people/{ada.pk}/roles/", {})
    office.post(f"/people/{ada.pk}/open/")
    office.post(f"/people/{ada.pk}/close/")
    office.post(f"/people/{ada.pk}/close/")

    assert LogEntry.objects.count() == 1


def test_an_administrator_may_let_themselves_read_and_everybody_can_see_that(root, office):
    office.post(f"/people/{root.pk}/roles/", {"role": ["reviewer", "administrator"]})

    assert fresh(root).has_perm("review.read_conversations")
    assert LogEntry.objects.get().get_change_message().startswith("Roles: reviewer, administrator")


@pytest.mark.parametrize("deed", ["roles", "close", "delete"])
def test_the_last_administrator_is_kept(deed, root, office):
    response = office.post(f"/people/{root.pk}/{deed}/", {})

    assert response.status_code == 422
    assert fresh(root).is_active
    assert fresh(root).is_superuser
    assert fresh(root).leaves_at is None


def test_an_administrator_who_is_closed_does_not_count(root, ada, office):
    give_roles(ada, {Role.ADMINISTRATOR})
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert office.post(f"/people/{root.pk}/roles/", {}).status_code == 422


@pytest.mark.parametrize("deed", DEEDS)
def test_a_superusers_account_is_a_superusers_matter(deed, root, ada, client_of):
    give_roles(ada, {Role.ADMINISTRATOR})

    response = client_of(fresh(ada)).post(f"/people/{root.pk}/{deed}/", {})

    assert response.status_code == 422
    assert "superuser" in response.content.decode()
    assert (fresh(root).is_superuser, fresh(root).is_active) == (True, True)


def test_closing_signs_out_stops_answers_and_ends_links_and_opening_brings_all_back(ada, office, client_of):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    share = make_share(talk)
    running = add_answer(talk, add_question(talk, talk.leaf, "More?"), "", status=Status.QUEUED).generation
    hers = Client()
    hers.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert hers.get("/").status_code == 200

    office.post(f"/people/{ada.pk}/close/")

    running.refresh_from_db()
    assert running.status == Status.STOPPED
    assert hers.get("/").status_code == 302
    assert office.get(f"/s/{share.token}/").status_code == 404

    office.post(f"/people/{ada.pk}/open/")

    assert fresh(ada).is_active
    assert hers.get("/").status_code == 302, "the old session does not come back"
    assert client_of(ada).get(f"/c/{talk.public_id}/").status_code == 200
    assert office.get(f"/s/{share.token}/").status_code == 200


def test_it_is_said_what_happens_before_one_presses(ada, office):
    make_conversation(ada, "Question", "Answer")

    page = office.get(f"/people/{ada.pk}/").content.decode()

    assert "Conversations and files stay" in page
    assert "1 conversation, with all that was said in it" in page
    assert "open it again for 14 days" in page


def test_deleting_closes_at_once_and_can_be_taken_back(ada, office, client_of):
    page = office.post(f"/people/{ada.pk}/delete/", follow=True).content.decode()

    assert "will be deleted on" in page
    assert not fresh(ada).is_active
    day = fresh(ada).leaves_at
    office.post(f"/people/{ada.pk}/delete/")
    assert fresh(ada).leaves_at == day
    assert LogEntry.objects.count() == 1

    office.post(f"/people/{ada.pk}/open/")
    assert (fresh(ada).is_active, fresh(ada).leaves_at) == (True, None)


def test_once_the_day_has_come_nobody_opens_it(ada, office):
    User.objects.filter(pk=ada.pk).update(is_active=False, leaves_at=timezone.now())

    assert office.post(f"/people/{ada.pk}/open/").status_code == 422


def test_a_persons_page_costs_the_same_for_many(ada, office):
    office.get(f"/people/{ada.pk}/")
    with CaptureQueriesContext(connection) as few:
        assert office.get(f"/people/{ada.pk}/").status_code == 200
    for number in range(10):
        ada.groups.add(Group.objects.create(name=f"Group {number}"))
        make_conversation(ada, "Question", "Answer")
        office.post(f"/people/{ada.pk}/roles/", {"role": ["reviewer"][: number % 2]})
    with CaptureQueriesContext(connection) as many:
        assert office.get(f"/people/{ada.pk}/").status_code == 200

    assert len(many) <= len(few)


class Administrators(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(DEEDS), st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=8
        )
    )
    def test_whatever_they_do_to_each_other_one_is_left(self, deeds):
        three = [make_user(f"root{n}", is_staff=True, is_superuser=True) for n in range(3)]
        clients = [Client() for _ in three]
        for client, person in zip(clients, three, strict=True):
            client.force_login(person)

        for deed, who, whom, role in deeds:
            clients[who].post(
                f"/people/{three[whom].pk}/{deed}/", {"role": ["administrator"] if role else []}
            )

        able = User.objects.filter(is_active=True, is_staff=True, is_superuser=True, leaves_at=None)
        group = User.objects.filter(
            is_active=True, is_staff=True, groups__name="Administrators", leaves_at=None
        )
        assert (able | group).exists()
