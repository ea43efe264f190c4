"""A passkey signs in alone, and is a second step after the password."""

import html
import json
import re

import hypothesis
import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.passkey_forms import AddForm, LoginForm
from tests.factories import PASSWORD, make_user

from .authenticator import Passkey

pytestmark = pytest.mark.django_db
ADD = "/accounts/2fa/webauthn/add/"
BY_PASSKEY = "/accounts/2fa/webauthn/login/"
SECOND = "/accounts/2fa/authenticate/"
ASKED = {"Accept": "application/json"}


def options_in(page) -> dict:
    found = re.findall(r'data-options="([^"]+)"', page.content.decode())
    return json.loads(html.unescape(found[0]))


def with_password(username="ada"):
    visitor = Client()
    return visitor, visitor.post("/accounts/login/", {"login": username, "password": PASSWORD})


def say_it_is_me(visitor: Client) -> None:
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.fixture
def passkey(ada) -> Passkey:
    """A passkey of ada's, added as she adds one."""
    visitor, _ = with_password()
    say_it_is_me(visitor)
    passkey = Passkey()
    page = visitor.get(ADD)
    added = visitor.post(
        ADD, {"name": "Blue key", "passwordless": "True", "credential": passkey.create(options_in(page))}
    )
    assert added.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return passkey


def prove(passkey: Passkey, visitor: Client, *, forged: bool = False, **fields: str):
    options = visitor.get(BY_PASSKEY, headers=ASKED).json()["request_options"]
    return visitor.post(BY_PASSKEY, {"credential": passkey.get(options, forged=forged), **fields})


def is_in(visitor: Client) -> bool:
    return "_auth_user_id" in visitor.session


def test_one_signs_in_by_passkey_alone_and_comes_to_the_page_one_wanted(passkey):
    visitor = Client()

    assert prove(passkey, visitor, next="/help/keys/").headers["Location"] == "/help/keys/"
    assert is_in(visitor)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_passkey_leads_nowhere_else(elsewhere, passkey):
    assert prove(passkey, Client(), next=elsewhere).headers["Location"] == "/"


def test_after_the_password_the_passkey_is_asked_for(passkey):
    visitor, answer = with_password()
    assert answer.headers["Location"] == SECOND
    assert not is_in(visitor)
    options = options_in(visitor.get(SECOND))

    visitor.post(SECOND, {"credential": passkey.get(options)})

    assert is_in(visitor)


def test_a_recovery_code_opens_when_the_passkey_is_lost(passkey, ada):
    visitor, _ = with_password()
    spare = Authenticator.objects.get(user=ada, type="recovery_codes").wrap().get_unused_codes()[0]

    visitor.post(SECOND, {"code": spare})

    assert is_in(visitor)


def test_a_proof_by_another_key_opens_nothing(passkey):
    visitor = Client()
    answer = prove(passkey, visitor, forged=True)

    assert not is_in(visitor)
    assert answer.headers["Location"] == "/accounts/login/"
    assert "notice--danger" in visitor.get("/accounts/login/").content.decode()


def test_a_proof_works_once_and_for_its_own_visitor(passkey):
    first, second = Client(), Client()
    options = first.get(BY_PASSKEY, headers=ASKED).json()["request_options"]
    proof = {"credential": passkey.get(options)}

    second.get(BY_PASSKEY, headers=ASKED)
    second.post(BY_PASSKEY, proof)
    assert not is_in(second)
    first.post(BY_PASSKEY, proof)
    assert is_in(first)
    first.post("/accounts/logout/")
    first.post(BY_PASSKEY, proof)
    assert not is_in(first)


def test_a_proof_that_was_given_to_another_site_opens_nothing_on_https(passkey, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    passkey.origin = "https://evil.example"
    visitor = Client()

    prove(passkey, visitor)

    assert not is_in(visitor)


def test_a_closed_account_is_not_opened_by_its_passkey(passkey, ada):
    ada.is_active = False
    ada.save()
    visitor = Client()

    prove(passkey, visitor)

    assert not is_in(visitor)


@pytest.mark.parametrize(
    "credential",
    ["", "x", "{}", "[]", "1", '"x"', '{"id": 1}', '{"response": {"userHandle": "????"}}', "\0", "{" * 5000],
)
@pytest.mark.parametrize("page", [BY_PASSKEY, SECOND])
def test_nonsense_is_answered(credential, page, passkey):
    visitor = Client() if page == BY_PASSKEY else with_password()[0]
    visitor.get(page, headers=ASKED)

    assert visitor.post(page, {"credential": credential}).status_code < 500
    assert not is_in(visitor)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=2)
)
PARTS = ["id", "rawId", "type", "clientExtensionResults"]
# What the browser's answer cannot be right without, where a passkey is added and where it is used.
PROVING = {
    True: {"clientDataJSON", "attestationObject"},
    False: {"clientDataJSON", "authenticatorData", "signature"},
}
INNER = ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]


@given(st.sampled_from([*PARTS, *INNER]), JSON | st.text("AZaz09-_", max_size=60), st.booleans())
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_credential_with_one_part_out_of_place_is_a_wrong_one(ada, rf, part, value, adds):
    request = rf.get("/")
    request.session = {}
    request.user = ada
    with context.request_context(request):
        passkey = Passkey()
        made = json.loads(passkey.create(auth.begin_registration(ada, True)))
        if not adds:
            auth.complete_registration(made)
            auth.WebAuthn.add(ada, "key", made)
            made = json.loads(passkey.get(auth.begin_authentication(None)))
        (made if part in PARTS else made["response"])[part] = value
        data = {"credential": json.dumps(made), "passwordless": "True"}
        form = AddForm(user=ada, data=data) if adds else LoginForm(data=data)
        proven = form.is_valid()  # raises nothing
        assert not (proven and part in PROVING[adds])
        Authenticator.objects.all().delete()


def test_it_is_listed_renamed_and_removed(passkey, ada, client_of):
    visitor = Client()
    prove(passkey, visitor)
    say_it_is_me(visitor)
    key = Authenticator.objects.get(user=ada, type="webauthn")
    assert "Blue key" in visitor.get("/accounts/2fa/webauthn/").content.decode()

    visitor.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "<b>Phone</b>"})
    assert "&lt;b&gt;Phone" in visitor.get("/accounts/2fa/webauthn/").content.decode()
    visitor.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    assert not Authenticator.objects.filter(user=ada).exists()


def test_somebody_elses_is_not_there(passkey, ada):
    make_user("bob")
    key = Authenticator.objects.get(user=ada, type="webauthn")
    bob, _ = with_password("bob")
    say_it_is_me(bob)

    for action in ("edit", "remove"):
        assert bob.post(f"/accounts/2fa/webauthn/keys/{key.pk}/{action}/", {"name": "x"}).status_code == 404
    assert Authenticator.objects.get(pk=key.pk).wrap().name == "Blue key"


def test_the_pages_carry_nothing_inline(passkey):
    visitor = Client()
    pages = [visitor.get("/accounts/login/")]
    asked, _ = with_password()
    pages.append(asked.get(SECOND))
    prove(passkey, visitor)
    say_it_is_me(visitor)
    pages += [visitor.get(path) for path in (ADD, "/accounts/2fa/webauthn/", "/accounts/2fa/")]

    for page in pages:
        text = page.content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) == ['<script type="importmap">']
        assert not re.search(r"<[^>]+\s(style|on\w+)=", text)
