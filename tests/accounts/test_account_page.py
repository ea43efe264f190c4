import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from accounts.templatetags.people import browser_name
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_in(visitor: Client, username: str = "ada"):
    return visitor.post("/accounts/login/", {"login": username, "password": PASSWORD})


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_the_page_leads_to_everything_about_the_account(browser):
    page = browser.get(reverse("accounts:account")).content.decode()

    for name in (
        "account_change_password",
        "account_email",
        "mfa_index",
        "usersessions_list",
        "account_logout",
    ):
        assert reverse(name) in page


def test_the_way_into_the_admin_is_shown_to_staff_only(ada, browser):
    assert reverse("admin:index") not in browser.get(reverse("accounts:account")).content.decode()
    ada.is_staff = True
    ada.save()
    assert reverse("admin:index") in browser.get(reverse("accounts:account")).content.decode()


def test_an_address_can_be_added_and_removed_without_mail(ada, browser):
    browser.post(reverse("account_email"), {"action_add": "", "email": "ada@example.org"})
    assert ada.emailaddress_set.get().email == "ada@example.org"

    browser.post(reverse("account_email"), {"action_remove": "", "email": "ada@example.org"})
    assert not ada.emailaddress_set.exists()


def test_the_other_sessions_can_be_ended(ada):
    here, elsewhere = (
        Client(),
        Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/140.0"}),
    )
    sign_in(here)
    sign_in(elsewhere)
    assert "Firefox on Windows" in here.get(reverse("usersessions_list")).content.decode()

    here.post(reverse("usersessions_list"))

    assert here.get(reverse("accounts:account")).status_code == 200
    assert elsewhere.get(reverse("accounts:account")).status_code == 302


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1", "Safari on a Mac"),
        ("curl/8.0", "Something that is not a known browser"),
        ("", "Something that is not a known browser"),
    ],
)
def test_browsers_are_named_as_people_name_them(said, known):
    assert browser_name(said) == known


def test_two_step_sign_in_from_turning_on_to_the_code(ada):
    visitor = Client()
    sign_in(visitor)
    asked_again = visitor.get(reverse("mfa_activate_totp")).headers["Location"]
    page = visitor.post(asked_again, {"password": PASSWORD}, follow=True)
    assert "data:image/svg+xml" in page.content.decode()
    secret = visitor.session["mfa.totp.secret"]
    visitor.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert "Two-step sign-in" in visitor.get(reverse("mfa_index")).content.decode()
    assert visitor.get(reverse("mfa_view_recovery_codes")).status_code == 200

    newcomer = Client()
    assert sign_in(newcomer).headers["Location"] == reverse("mfa_authenticate")
    assert newcomer.get(reverse("accounts:account")).status_code == 302
    newcomer.get(reverse("mfa_authenticate"))
    newcomer.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert newcomer.get(reverse("accounts:account")).status_code == 302
    spare = Authenticator.objects.get(user=ada, type="recovery_codes").wrap().get_unused_codes()[0]
    newcomer.post(reverse("mfa_authenticate"), {"code": spare})
    assert newcomer.get(reverse("accounts:account")).status_code == 200


def test_a_password_alone_does_not_pass_where_two_steps_are_on(ada):
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    ada.is_staff = ada.is_superuser = True
    ada.save()
    visitor = Client()

    visitor.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    sign_in(visitor)

    assert visitor.get("/admin/").status_code == 302


# The theme


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_the_theme_is_kept_with_the_person(theme, ada, browser):
    response = browser.post(reverse("accounts:set_theme"), {"theme": theme, "next": "/help/keys/"})

    assert response.headers["Location"] == "/help/keys/"
    ada.refresh_from_db()
    assert ada.theme == theme
    assert f'data-theme="{theme}"' in browser.get(reverse("accounts:account")).content.decode()


def test_htmx_is_told_of_the_theme_without_a_page(browser):
    response = browser.post(reverse("accounts:set_theme"), {"theme": "dark"}, headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert json.loads(response.headers["HX-Trigger"]) == {"theme": "dark"}


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\0", ""]
)
def test_setting_the_theme_leads_nowhere_else(elsewhere, browser):
    response = browser.post(reverse("accounts:set_theme"), {"theme": "dark", "next": elsewhere})

    assert response.headers["Location"] == reverse("accounts:account")


@pytest.mark.parametrize("theme", ["", "purple", "\0", "x" * 10_000])
def test_a_theme_that_does_not_exist_is_refused(theme, ada, browser):
    assert browser.post(reverse("accounts:set_theme"), {"theme": theme}).status_code == 422
    ada.refresh_from_db()
    assert ada.theme == "system"


def test_nobodys_theme_but_ones_own_is_set(ada, bob, browser):
    browser.post(reverse("accounts:set_theme"), {"theme": "dark", "pk": bob.pk, "user": bob.pk})

    bob.refresh_from_db()
    assert bob.theme == "system"


def test_names_are_shown_as_text(client_of):
    eve = make_user("eve", first_name="<b onclick=x>")

    assert "<b onclick" not in client_of(eve).get(reverse("accounts:account")).content.decode()
