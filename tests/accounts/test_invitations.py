"""An invitation makes one account, once, with what was chosen beforehand."""

import re
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.invitations import invite
from accounts.models import Invitation, SiteSettings, User
from accounts.roles import Role, give_roles, group_of, roles_of
from tests.factories import PASSWORD, make_user

from .letters import letters_to

pytestmark = pytest.mark.django_db
PAGE = "/admission/invitations/"


@pytest.fixture
def root(db) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root, client_of) -> Client:
    return client_of(root)


@pytest.fixture(autouse=True)
def only_by_invitation(db):
    SiteSettings.objects.create(pk=1, signup="invite")


def ask_for_one(office: Client, **fields: object) -> str:
    """The path of the link that the page shows."""
    page = office.post(PAGE, {"days": 7, **fields}).content.decode()
    return re.findall(r'value="http://testserver(/invited/[^"]+)"', page)[0]


def accept(link: str, username: str = "eve", visitor: Client | None = None, **fields: str):
    return (visitor or Client()).post(link, {"username": username, "password1": PASSWORD, **fields})


def test_the_link_is_shown_once_and_only_its_hash_is_kept(office):
    link = ask_for_one(office)

    token = link.split("/")[2]
    assert token not in str(Invitation.objects.values())
    assert token not in office.get(PAGE).content.decode()
    assert token not in office.get("/admin/accounts/invitation/").content.decode()


def test_who_is_invited_comes_in_with_groups_and_role_and_a_confirmed_address(office):
    group = Group.objects.create(name="reviewers")
    link = ask_for_one(office, email="Eve@example.org", groups=[group.pk], is_staff="on")
    visitor = Client()

    assert "eve@example.org" in visitor.get(link).content.decode()
    response = accept(link, visitor=visitor, email="evil@example.org", is_superuser="on")

    assert response.headers["Location"] == "/"
    eve = User.objects.get(username="eve")
    assert visitor.session["_auth_user_id"] == str(eve.pk)
    assert (eve.is_staff, eve.is_superuser, list(eve.groups.all())) == (True, False, [group])
    address = EmailAddress.objects.get(user=eve)
    assert (address.email, address.verified, address.primary) == ("eve@example.org", True, True)
    assert "Accepted by eve" in office.get(PAGE).content.decode()


def test_an_address_that_the_invitation_does_not_name_is_not_confirmed_by_it(office):
    accept(ask_for_one(office), email="eve@example.org")

    assert not EmailAddress.objects.get(user__username="eve").verified


def test_with_mail_the_link_is_sent(office, settings):
    settings.HAS_MAIL = True

    link = ask_for_one(office, email="eve@example.org")

    letter = letters_to("eve@example.org")[0]
    assert link in letter.body
    assert letter.subject == "Chat: An invitation to Chat"


def ended(link: str) -> bool:
    page, sent = Client().get(link), accept(link, "mallory")
    assert not User.objects.filter(username="mallory").exists()
    return [page.status_code, sent.status_code] == [
        404,
        404,
    ] and "This link has ended" in page.content.decode()


def test_it_works_once(office):
    link = ask_for_one(office)
    accept(link)

    assert ended(link)


def test_one_that_was_ended_opens_nothing(office):
    link = ask_for_one(office)
    office.post(f"{PAGE}{Invitation.objects.get().pk}/end/")

    assert ended(link)
    assert "Ended by an administrator" in office.get(PAGE).content.decode()


def test_one_that_is_over_opens_nothing(office):
    link = ask_for_one(office)
    Invitation.objects.update(expires_at=timezone.now())

    assert ended(link)
    assert "Ended unused" in office.get(PAGE).content.decode()


def test_while_the_site_is_closed_none_opens(office):
    link = ask_for_one(office)
    SiteSettings.objects.update(signup="closed")
    assert ended(link)

    SiteSettings.objects.update(signup="invite")
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "../x", "é", "x" * 5000])
def test_a_forged_one_opens_nothing_and_looks_the_same(token, office):
    assert ended(f"/invited/{token}/") or "/" in token


def test_a_name_that_is_taken_is_told_and_the_invitation_stays_open(office):
    link = ask_for_one(office)

    response = accept(link, "ROOT")

    assert response.status_code == 422
    assert "This name is taken." in response.content.decode()
    assert accept(link).status_code == 302


@pytest.mark.parametrize(
    "fields", [{"username": ""}, {"username": "a\0b"}, {"password1": "short"}, {"email": "no address"}]
)
def test_bad_input_gets_a_sentence(fields, office):
    response = accept(ask_for_one(office), **{"username": "eve", **fields})

    assert response.status_code == 422
    assert "field__errors" in response.content.decode()


def test_who_is_signed_in_does_not_use_it_up(office, browser):
    link = ask_for_one(office)

    assert "You are signed in" in browser.post(link, {}).content.decode()
    assert Invitation.objects.get().state == "open"


def test_an_administrator_invites_another_as_they_could_make_one(client_of):
    admin = make_user("admin")
    give_roles(admin, [Role.ADMINISTRATOR])
    office = client_of(User.objects.get(pk=admin.pk))

    accept(ask_for_one(office, is_staff="on", groups=[group_of(Role.ADMINISTRATOR).pk], is_superuser="on"))

    eve = User.objects.get(username="eve")
    assert roles_of(eve) == {Role.ADMINISTRATOR}
    assert not eve.is_superuser


def test_an_address_that_somebody_has_confirmed_is_not_invited(office, ada):
    ada.emailaddress_set.create(email="ada@example.org", verified=True)

    response = office.post(PAGE, {"days": 7, "email": "ADA@example.org"})

    assert response.status_code == 422
    assert "has this address already" in response.content.decode()


@pytest.mark.parametrize(
    "fields", [{}, {"days": 0}, {"days": 99999}, {"days": 7, "groups": 4711}, {"days": 7, "email": "\0"}]
)
def test_an_odd_invitation_is_refused(fields, office):
    assert office.post(PAGE, fields).status_code == 422
    assert not Invitation.objects.exists()


def test_nobody_else_invites_or_ends(browser, root):
    invitation, _ = invite(root, days=7)

    assert browser.post(PAGE, {"days": 7}).status_code == 404
    assert browser.post(f"{PAGE}{invitation.pk}/end/").status_code == 404
    assert Invitation.objects.get().state == "open"


def test_the_list_costs_the_same_with_many(office, root):
    counts = []
    for number in (1, 12):
        for _ in range(number):
            invitation, _ = invite(root, days=7)
            invitation.groups.add(Group.objects.get_or_create(name="a")[0])
        with CaptureQueriesContext(connection) as queries:
            assert office.get(PAGE).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


@pytest.mark.django_db(transaction=True)
def test_of_three_who_use_it_at_once_one_comes_in(root):
    _, link = invite(root, days=7)
    here = threading.Barrier(3)
    statuses: list[int] = []

    def use(name: str) -> None:
        try:
            here.wait(10)
            statuses.append(accept(link, name).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=[f"eve{number}"]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert User.objects.filter(username__startswith="eve").count() == 1
    assert len(statuses) == 3
    assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=6)
