"""Ways in as people go them: invited, waiting and let in, with a passkey, with a code from an app."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, Response, expect

from tests.served.people import PASSWORD
from tests.served.site import Site

from .test_axe import violations
from .visitor import Visitor

BYTES_OF_A_PAGE = 60_000
PAGE_OF = {"light": {"width": 1280, "height": 800}, "dark": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def approving(tmp_path_factory, upstream, new_database) -> Iterator[Site]:
    """A site that others could reach. A passkey is for a name: an address of numbers has none."""
    directory = tmp_path_factory.mktemp("approving")
    site = Site(directory, upstream, database=new_database(directory), SIGNUP="approval", PLAIN_STATIC=0)
    site.url = f"http://localhost:{site.port}"
    site.start()
    yield site
    site.stop()
    assert "Traceback" not in site.said, site.said


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.keyboard.press("Enter")


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    fill(page, login=name, password=PASSWORD)


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def add_key(visitor: Visitor, page: Page) -> Any:
    """Plug a key into the browser that recognises its owner."""
    session = visitor.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_somebody_signs_up_waits_and_is_let_in(visit, approving):
    newcomer = visit(at=approving, signed_in=False)
    administrator = visit(at=approving, staff=True)  # nobody signs up before the first administrator
    page = newcomer.open("/accounts/signup/")
    expect(page.get_by_text("looks at each new account")).to_be_visible()
    fill(page, username="mallory", password1=PASSWORD)
    expect(page.get_by_role("heading", name="Your account waits")).to_be_visible()
    sign_in(page, "mallory")
    expect(page.get_by_role("heading", name="Your account waits")).to_be_visible()

    office = administrator.open()
    office.get_by_role("button", name="appearance, ").click()
    office.get_by_role("link", name="Letting people in").click()
    decision = office.get_by_role("button", name="Let mallory in", exact=True)
    decision.focus()
    office.keyboard.press("Enter")
    expect(office.get_by_text("mallory is in.")).to_be_visible()
    expect(office.get_by_text("Nobody waits.")).to_be_visible()

    sign_in(page, "mallory")
    expect(page.locator(".new__greeting")).to_contain_text("Hello, mallory.")
    assert page.goto("/admission/").status == 404


def test_somebody_is_invited_without_mail_and_the_link_works_once(visit, approving):
    office = visit(at=approving, staff=True).open("/admission/invitations/")
    office.get_by_role("textbox", name="E-mail (optional)").fill("eve@example.org")
    office.keyboard.press("Enter")
    link = office.get_by_label("It makes one account").input_value()
    office.reload()  # asks again to send; the link of before is nowhere
    office.goto("/admission/invitations/")
    assert link not in office.content()

    page = visit(at=approving, signed_in=False).open(link)
    expect(page.get_by_text("Your account gets the address")).to_contain_text("eve@example.org")
    fill(page, username="eve", password1=PASSWORD)
    expect(page.locator(".new__greeting")).to_contain_text("Hello, eve.")
    page.goto("/accounts/")
    expect(page.get_by_text("eve@example.org")).to_be_visible()
    another = visit(at=approving, signed_in=False).open(link)
    expect(another.get_by_role("heading", name="This link has ended")).to_be_visible()


def test_a_passkey_signs_in_and_an_app_is_the_second_step(visit, approving):
    visitor = visit(at=approving)
    name = visitor.person.name
    page = visitor.open("/accounts/2fa/webauthn/add/")
    fill(page, password=PASSWORD)  # asked once more
    page.wait_for_url("**/webauthn/add/")
    add_key(visitor, page)
    fill(page, name="Finger")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("link", name="Rename Finger")).to_be_visible()

    visitor.context.clear_cookies()
    page.goto("/accounts/login/?next=/help/keys/")
    page.get_by_role("button", name="Sign in with a passkey").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{approving.url}/help/keys/")
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/totp/activate/")
    secret = page.locator("#authenticator_secret").input_value()
    fill(page, code=code_of(secret))
    expect(page.get_by_role("heading", name="Two-step sign-in")).to_be_visible()

    visitor.context.clear_cookies()
    sign_in(page, name)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    fill(page, code="000000")
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".new__greeting")).to_be_visible()


def test_who_refuses_the_passkey_is_told_and_signs_in_otherwise(visit, approving):
    visitor = visit(at=approving, signed_in=False)
    page = visitor.open("/accounts/login/")
    session = add_key(visitor, page)
    session.send("WebAuthn.disable")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('no')) }")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")


@pytest.mark.parametrize("theme", PAGE_OF)
def test_the_pages_are_light_and_have_no_violation(visit, approving, theme):
    looks = {"color_scheme": theme, "viewport": PAGE_OF[theme], "reduced_motion": "reduce"}
    visitor = visit(at=approving, staff=True, bypass_csp=True, **looks)
    page = visitor.open("/accounts/")
    answered: list[Response] = []
    found = []

    def hear(answer: Response) -> None:
        answered.append(answer)

    page.on("response", hear)

    def look(path: str) -> None:
        answered.clear()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        weight = sum(int(answer.headers.get("content-length", 0)) for answer in answered)
        assert 0 < weight <= BYTES_OF_A_PAGE, f"{path} weighs {weight} bytes"
        found.extend(violations(page))

    for path in ("/admission/", "/admission/invitations/", "/admission/links/", "/accounts/sessions/"):
        look(path)
    page.goto("/accounts/2fa/webauthn/add/")
    fill(page, password=PASSWORD)
    page.wait_for_url("**/webauthn/add/")
    for path in ("/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"):
        look(path)
    visitor.context.clear_cookies()
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/waiting/", "/invited/x/"):
        look(path)
    for path in ("/accounts/login/code/", "/accounts/confirm-email/"):
        look(path)
    assert not found, "\n".join(found)
