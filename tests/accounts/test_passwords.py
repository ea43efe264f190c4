import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "another long pass phrase"
RESET = "/accounts/password/reset/"


@pytest.fixture
def has_mail(settings):
    settings.HAS_MAIL = True


def link_for(username: str, capsys) -> str:
    call_command("reset_link", username)
    return str(capsys.readouterr().out.strip())


def use(link: str, visitor: Client, password: str = NEW):
    page = visitor.get(link, follow=True)
    return visitor.post(page.redirect_chain[-1][0], {"password1": password})


def test_a_new_password_ends_the_sessions_elsewhere_and_not_here(ada, client_of):
    here, elsewhere = client_of(ada), client_of(ada)

    response = here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})

    assert response.headers["Location"] == reverse("accounts:account")
    assert here.get(reverse("accounts:account")).status_code == 200
    assert elsewhere.get(reverse("accounts:account")).status_code == 302


def test_the_old_password_is_asked_for(ada, browser):
    response = browser.post(reverse("account_change_password"), {"oldpassword": "wrong", "password1": NEW})

    assert response.status_code == 200
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_without_mail_the_page_says_whom_to_ask(ada):
    page = Client().get(RESET).content.decode()

    assert "Ask its administrator" in page
    assert 'type="email"' not in page


def test_without_mail_nothing_is_sent_and_no_link_is_printed(capfd):
    make_user("ada", email="ada@example.org")

    response = Client().post(RESET, {"email": "ada@example.org"})

    assert response.status_code == 200
    assert mail.outbox == []
    assert "/key/" not in "".join(capfd.readouterr())


def test_with_mail_the_link_comes_by_mail_and_sets_a_password(has_mail):
    ada = make_user("ada", email="ada@example.org")
    Client().post(RESET, {"email": "ada@example.org"})
    visitor = Client()

    link = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)[0]
    response = use(link, visitor)

    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert response.headers["Location"] == "/"
    assert visitor.session["_auth_user_id"] == str(ada.pk)


def test_a_known_and_an_unknown_address_get_the_same_answer(has_mail):
    make_user("ada", email="ada@example.org")

    known = Client().post(RESET, {"email": "ada@example.org"})
    unknown = Client().post(RESET, {"email": "nobody@example.org"})

    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert len(mail.outbox) == 2  # sending nothing would be quicker, and so would tell


@pytest.mark.parametrize("username", ["ada", "ADA", "ada@example.org"])
def test_the_command_prints_a_link_that_sets_a_password_once(username, capsys):
    ada = make_user("ada", email="ada@example.org")
    link = link_for(username, capsys)

    use(link, Client())

    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert "This link has ended" in Client().get(link, follow=True).content.decode()


def test_the_link_ends_other_sessions(ada, browser, capsys):
    use(link_for("ada", capsys), Client())

    assert browser.get(reverse("accounts:account")).status_code == 302


def test_the_command_knows_the_address_of_the_site(ada, capsys, settings):
    settings.SITE_URL = "https://chat.example.org"

    assert link_for("ada", capsys).startswith("https://chat.example.org/accounts/password/reset/key/")


def test_the_command_says_what_it_cannot_do(db):
    make_user("eve", is_active=False)

    with pytest.raises(CommandError, match="Nobody is called 'nobody'"):
        call_command("reset_link", "nobody")
    with pytest.raises(CommandError, match="closed"):
        call_command("reset_link", "eve")


def test_the_wait_after_wrong_passwords_does_not_hold_up_who_has_a_link(ada, capsys):
    for _ in range(11):
        Client().post("/accounts/login/", {"login": "ada", "password": "wrong"})
    visitor = Client()

    use(link_for("ada", capsys), visitor)

    assert visitor.session["_auth_user_id"] == str(ada.pk)


@pytest.mark.parametrize(
    "key", ["1-x-y", "zzzzzzzzzzzzzzzzzzzz-x", "1-%00", "0-set-password", "1-set-password"]
)
def test_a_forged_link_has_ended(key, ada):
    assert "This link has ended" in Client().get(f"{RESET}key/{key}/", follow=True).content.decode()


def test_a_link_for_one_person_changes_nobody_else(ada, bob, capsys):
    link = link_for("bob", capsys)
    forged = re.sub(r"key/\w+?-", f"key/{ada.pk}-", link)

    assert "This link has ended" in Client().get(forged, follow=True).content.decode()
    assert User.objects.get(pk=ada.pk).check_password(PASSWORD)


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234", "ada-lovelace", "x\0" * 10])
def test_weak_passwords_are_refused_at_every_door(password, ada, browser, capsys):
    ada.username = "ada-lovelace"
    ada.save()
    browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": password})
    use(link_for("ada-lovelace", capsys), Client(), password)

    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
