"""Who may come in by themselves, who waits, and who decides."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import SiteSettings, User, Wait
from tests.factories import PASSWORD, make_user

from .letters import letters_to, link_in

pytestmark = pytest.mark.django_db
SIGNUP = "/accounts/signup/"
WAITING = "/admission/"


@pytest.fixture
def office(client_of) -> Client:
    return client_of(make_user("root", is_staff=True, is_superuser=True))


@pytest.fixture
def has_mail(settings):
    settings.HAS_MAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    settings.ACCOUNT_PREVENT_ENUMERATION = "strict"


@pytest.fixture
def approval(ada):
    SiteSettings.objects.create(pk=1, signup="approval")


def sign_up(username="eve", visitor=None, **fields):
    visitor = visitor or Client()
    return visitor.post(SIGNUP, {"username": username, "password1": PASSWORD, **fields})


def sign_in(username="eve", password=PASSWORD):
    visitor = Client()
    response = visitor.post("/accounts/login/", {"login": username, "password": password})
    return response, "_auth_user_id" in visitor.session


def waits(username="eve") -> User:
    return make_user(username, is_active=False, waits_for=Wait.APPROVAL)


# What the site is set to


@pytest.mark.parametrize(
    ("mode", "opens"), [("open", True), ("approval", True), ("invite", False), ("closed", False)]
)
def test_the_environment_counts_until_an_administrator_chooses(mode, opens, ada, settings):
    settings.SIGNUP = mode
    assert ('name="username"' in Client().get(SIGNUP).content.decode()) is opens
    assert (SIGNUP in Client().get("/accounts/login/").content.decode()) is opens

    SiteSettings.objects.create(pk=1, signup="closed" if opens else "open")
    assert ('name="username"' in Client().get(SIGNUP).content.decode()) is not opens


def test_an_administrator_chooses_in_the_admin_and_it_counts_at_once(ada, office):
    page = office.get("/admin/accounts/sitesettings/", follow=True)
    assert page.redirect_chain[-1][0] == "/admin/accounts/sitesettings/add/"
    office.post(
        "/admin/accounts/sitesettings/add/", {"signup": "invite", "mail_domains": "@Example.ORG, b.de"}
    )

    assert SiteSettings.objects.get().domains == ["example.org", "b.de"]
    assert "by invitation" in Client().get(SIGNUP).content.decode()
    office.post("/admin/accounts/sitesettings/1/change/", {"signup": "open", "mail_domains": ""})
    assert 'name="username"' in Client().get(SIGNUP).content.decode()
    assert office.get("/admin/accounts/sitesettings/add/").status_code == 403


@pytest.mark.parametrize("domains", ["no domain", "-", "a..b", "\0"])
def test_what_is_no_domain_is_refused_with_a_sentence(domains, office):
    response = office.post("/admin/accounts/sitesettings/add/", {"signup": "open", "mail_domains": domains})

    assert response.status_code == 200
    assert not SiteSettings.objects.exists()


# Waiting


def test_who_signs_up_waits_and_is_not_in(approval):
    visitor = Client()
    response = sign_up(visitor=visitor)

    assert response.headers["Location"] == reverse("accounts:waiting")
    assert "_auth_user_id" not in visitor.session
    eve = User.objects.get(username="eve")
    assert (eve.is_active, eve.waits_for) == (False, "approval")
    assert "Your account waits" in visitor.get(response.headers["Location"]).content.decode()


def test_the_right_password_tells_that_one_waits_and_a_wrong_one_tells_nothing(approval):
    waits()

    right, is_in = sign_in()
    assert (right.headers["Location"], is_in) == (reverse("accounts:waiting"), False)
    wrong, _ = sign_in(password="not the password")
    nobody, _ = sign_in("nobody")
    assert (wrong.status_code, nobody.status_code) == (200, 200)
    assert "do not match" in wrong.content.decode()
    assert "account waits" not in wrong.content.decode()


def test_who_waits_gets_no_link_for_a_new_password(approval, has_mail):
    waits().emailaddress_set.create(email="eve@example.org", primary=True)

    Client().post("/accounts/password/reset/", {"email": "eve@example.org"})

    assert all("/key/" not in letter.body for letter in letters_to("eve@example.org"))


def test_the_administrator_sees_who_waits_and_lets_them_in(approval, office):
    eve = waits()

    page = office.get(WAITING).content.decode()
    assert "eve" in page
    response = office.post(f"{WAITING}{eve.pk}/", {"approve": ""}, follow=True)

    assert "eve is in." in response.content.decode()
    assert sign_in()[1]
    assert LogEntry.objects.get().object_repr == "eve"


def test_the_administrator_refuses_and_the_name_is_free_again(approval, office):
    eve = waits()

    office.post(f"{WAITING}{eve.pk}/", {"refuse": ""})

    assert not User.objects.filter(username="eve").exists()
    assert sign_up().status_code == 302
    assert LogEntry.objects.get().object_id == str(eve.pk)


def test_only_who_waits_can_be_refused(approval, office, ada):
    assert office.post(f"{WAITING}{ada.pk}/", {"refuse": ""}).status_code == 404
    used = waits()
    User.objects.filter(pk=used.pk).update(last_login=used.date_joined)
    office.post(f"{WAITING}{used.pk}/", {"refuse": ""})

    assert User.objects.filter(pk__in=[ada.pk, used.pk]).count() == 2


@pytest.mark.parametrize("pages", ["/admission/", "/admission/invitations/", "/admission/links/"])
def test_for_everybody_else_these_pages_are_not_there(pages, client_of, browser):
    helper = make_user("helper", is_staff=True)

    assert browser.get(pages).status_code == 404
    assert client_of(helper).get(pages).status_code == 404
    helper.user_permissions.add(Permission.objects.get(codename="change_user"))
    assert client_of(User.objects.get(pk=helper.pk)).get(pages).status_code == 200


def test_nobody_else_decides(approval, browser):
    eve = waits()

    assert browser.post(f"{WAITING}{eve.pk}/", {"approve": ""}).status_code == 404
    assert not User.objects.get(pk=eve.pk).is_active


def test_the_menu_counts_who_waits_for_administrators_alone(approval, office, browser):
    waits()
    waits("mallory")

    assert "2 wait" in office.get("/").content.decode()
    assert "Letting people in" not in browser.get("/").content.decode()


def test_the_list_costs_the_same_with_many(approval, office):
    counts = []
    for names in (["eve"], [f"eve{number}" for number in range(15)]):
        for name in names:
            waits(name).emailaddress_set.create(email=f"{name}@example.org")
        with CaptureQueriesContext(connection) as queries:
            assert office.get(WAITING).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


# Addresses


def test_who_is_let_in_is_written_to(approval, has_mail, office):
    sign_up(email="eve@example.org")
    eve = User.objects.get(username="eve")
    office.post(f"{WAITING}{eve.pk}/", {"approve": ""})

    assert "is open" in letters_to("eve@example.org")[-1].subject


def test_an_address_at_an_allowed_domain_opens_the_account_once_it_is_confirmed(ada, has_mail):
    SiteSettings.objects.create(pk=1, signup="open", mail_domains="example.org")

    assert "An address at example.org" in sign_up(email="eve@evil.example").content.decode()
    assert sign_up().status_code == 200  # without any
    response = sign_up(email="Eve@Example.org")
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    assert not sign_in()[1]
    confirm = link_in(letters_to("eve@example.org")[0])
    Client().post(confirm)

    assert sign_in()[1]
    assert EmailAddress.objects.get(user__username="eve").verified


def test_a_confirmed_address_still_waits_where_accounts_are_approved(ada, has_mail):
    SiteSettings.objects.create(pk=1, signup="approval", mail_domains="example.org")
    sign_up(email="eve@example.org")
    Client().post(link_in(letters_to("eve@example.org")[0]))

    assert sign_in()[0].headers["Location"] == reverse("accounts:waiting")
    assert User.objects.get(username="eve").waits_for == "approval"


def test_where_everybody_may_come_in_a_letter_confirms_the_address_later(ada, has_mail):
    SiteSettings.objects.create(pk=1, signup="open")
    visitor = Client()

    assert sign_up(visitor=visitor, email="eve@example.org").headers["Location"] == "/"
    assert "not confirmed" in visitor.get("/accounts/email/").content.decode()
    page = visitor.get(link_in(letters_to("eve@example.org")[0])).content.decode()
    assert "Is eve@example.org the address of the account eve?" in page
    visitor.post(link_in(letters_to("eve@example.org")[0]))
    assert "not confirmed" not in visitor.get("/accounts/email/").content.decode()


def test_a_domain_is_the_whole_domain(ada, has_mail):
    SiteSettings.objects.create(pk=1, signup="open", mail_domains="example.org")

    for address in ("eve@sub.example.org", "eve@notexample.org", "eve@example.org.evil.example"):
        assert sign_up(email=address).status_code == 200
    assert not User.objects.filter(username="eve").exists()


def test_without_mail_an_address_at_a_domain_is_a_claim_that_somebody_looks_at(ada):
    SiteSettings.objects.create(pk=1, signup="open", mail_domains="example.org")

    assert sign_up(email="eve@example.org").headers["Location"] == reverse("accounts:waiting")


def test_a_forged_or_used_confirmation_opens_nothing(ada, has_mail):
    SiteSettings.objects.create(pk=1, signup="open", mail_domains="example.org")
    sign_up(email="eve@example.org")
    link = link_in(letters_to("eve@example.org")[0])

    assert Client().get("/accounts/confirm-email/forged:x:y/").status_code == 200
    assert Client().post("/accounts/confirm-email/forged:x:y/").status_code == 404
    assert not User.objects.get(username="eve").is_active
    Client().post(link)
    User.objects.filter(username="eve").update(is_active=False)  # closed since
    Client().post(link)
    assert not User.objects.get(username="eve").is_active


@pytest.mark.parametrize("mail", [True, False])
def test_signing_up_does_not_tell_whose_an_address_is(mail, settings):
    settings.HAS_MAIL = mail
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional" if mail else "none"
    settings.ACCOUNT_PREVENT_ENUMERATION = "strict" if mail else True
    ada = make_user("ada", email="ada@example.org")
    ada.emailaddress_set.create(email="ada@example.org", verified=True, primary=True)
    SiteSettings.objects.create(pk=1, signup="approval", mail_domains="" if mail else "example.org")

    taken = sign_up(email="ada@example.org")
    free = sign_up("mallory", email="mallory@example.org")

    assert (taken.status_code, taken.headers["Location"]) == (free.status_code, free.headers["Location"])
    assert sign_in("ada@example.org")[1]


def test_an_address_that_others_only_typed_takes_nothing_from_its_owner(has_mail):
    ada = make_user("ada", email="ada@example.org")
    ada.emailaddress_set.create(email="ada@example.org", verified=True, primary=True)
    make_user("mallory", email="ada@example.org")

    assert sign_in("ada@example.org")[1]


# Names


def test_a_look_alike_of_a_name_that_waits_is_taken(approval):
    waits("eve")

    for name in ("EVE", "ｅｖｅ"):
        assert "taken" in sign_up(name).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_name_at_once_one_gets_it_and_the_other_a_sentence(ada, settings):
    settings.SIGNUP = "open"
    here = threading.Barrier(4)
    answers: list[tuple[int, str]] = []

    def take(name: str) -> None:
        try:
            here.wait(10)
            response = sign_up(name)
            answers.append((response.status_code, response.content.decode()))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[name]) for name in ("eve", "EVE", "Eve", "ｅｖｅ")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(status for status, _ in answers) == [200, 200, 200, 302]
    assert all("This name is taken." in page for status, page in answers if status == 200)
    assert User.objects.filter(username_key="eve").count() == 1
