"""Every address of the site: closed to those who are not signed in, and silent about what is somebody else's.

A new view is covered as soon as it has an address. An open one must be listed here, with its reason.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter
from django.urls.resolvers import RegexPattern, RoutePattern

from accounts.first_admin import setup_path
from accounts.models import User
from conversations.models import (
    Attachment,
    Conversation,
    Generation,
    Import,
    Message,
    Preset,
    Prompt,
    Reply,
    Summary,
)
from review.models import Hold, SavedFilter
from tests.factories import make_attachment, make_conversation, make_share

OPEN = {
    "conversations:healthz": "asked by machines, tells nothing",
    "conversations:readyz": "asked by proxies, tells what is missing and nothing else",
    "conversations:metrics": "asked by machines that have its token; to all others it is not there",
    "conversations:show_share": "opened by whoever was given the link; its token is the key",
    "favicon": "asked for by browsers on every page",
    "robots": "asked for by crawlers",
    "change_password": "asked for by password managers; leads to a closed page",
    "accounts:set_up": "the first administrator comes in by it; its token is the key",
    "accounts:accept_invitation": "opened by whoever was invited; its token is the key",
    "accounts:waiting": "says that accounts are looked at; says it to anybody",
    "accounts:set_language": "a language is chosen before one can read how to sign in",
    "accounts:admin_login": "leads to the login page",
    "admin:login": "shadowed by accounts:admin_login",
    "account_login": "the way in",
    "account_signup": "the way in",
    "account_logout": "leads to the login page when nobody is signed in",
    "account_inactive": "tells those whose account is closed",
    "account_email_verification_sent": "says to look into the mail",
    "account_confirm_email": "opened from a letter; its key is the key",
    "account_reset_password": "for those who cannot sign in",
    "account_reset_password_done": "for those who cannot sign in",
    "account_reset_password_from_key": "opened from a letter; its key is the key",
    "account_reset_password_from_key_done": "for those who cannot sign in",
    "account_request_login_code": "the way in for who has mail; says the same of every address",
    "account_confirm_login_code": "a step of signing in; leads to the login page outside of it",
    "mfa_authenticate": "the second step of signing in; leads to the login page outside of it",
}

# What a public_id in an address belongs to, by the word before it. A new kind of row is added here.
ROWS: dict[str, Callable[[Conversation], UUID]] = {
    "c/": lambda conversation: conversation.public_id,
    "m/": lambda conversation: leaf_of(conversation).public_id,
    "g/": lambda conversation: leaf_of(conversation).generation.public_id,
    "summaries/": lambda conversation: summary_of(conversation).public_id,
    "shares/": lambda conversation: make_share(conversation).public_id,
    "imports/": lambda conversation: Import.objects.create(owner=conversation.owner, stage="done").public_id,
    "files/": lambda conversation: file_of(conversation).public_id,
    "readers/c/": lambda conversation: conversation.public_id,
    "review/c/": lambda conversation: conversation.public_id,
    "review/conversations/": lambda conversation: conversation.public_id,
    "review/filters/": lambda conversation: saved_filter_of(conversation).public_id,
    "review/keeping/conversations/": lambda conversation: conversation.public_id,
    "review/keeping/holds/": lambda conversation: hold_of(conversation).public_id,
    "replies/": lambda conversation: reply_to(conversation).public_id,
    "presets/": lambda conversation: preset_of(conversation).public_id,
    "prompts/": lambda conversation: prompt_of(conversation).public_id,
}
# Views that only some of these rows have.
ONLY_OF: dict[str, Callable[[Conversation], UUID]] = {
    "conversations:edit_message": lambda conversation: question_of(conversation).public_id,
}
# Rows that even their owner may not ask for this way.
NOT_FOR_OWNERS = {
    f"review:{name}": "for readers with the permission"
    for name in (
        *("lead_on", "read_conversation", "step_on", "follow_message", "compare_versions", "show_call"),
        *("place_hold", "end_hold", "look_again"),
        *("open_file", "delete_filter", "judge", "write_note", "note_message", "change_note", "reply"),
    )
}


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    path: str
    takes_row: bool


def preset_of(conversation: Conversation) -> Preset:
    return Preset.objects.get_or_create(owner=conversation.owner, name="otters")[0]


def saved_filter_of(conversation: Conversation) -> SavedFilter:
    return SavedFilter.objects.get_or_create(owner=conversation.owner, name="otters", query="q=otters")[0]


def hold_of(conversation: Conversation) -> Hold:
    return Hold.objects.get_or_create(reach="person", person=conversation.owner, reason="otters")[0]


def reply_to(conversation: Conversation) -> Reply:
    return Reply.objects.get_or_create(conversation=conversation, text="Otters bite.")[0]


def prompt_of(conversation: Conversation) -> Prompt:
    return Prompt.objects.get_or_create(owner=conversation.owner, name="otters")[0]


def leaf_of(conversation: Conversation) -> Message:
    assert conversation.leaf is not None
    return conversation.leaf


def summary_of(conversation: Conversation) -> Summary:
    return Summary.objects.get_or_create(conversation=conversation, upto=leaf_of(conversation))[0]


def file_of(conversation: Conversation) -> Attachment:
    question = question_of(conversation)
    return question.attachments.first() or make_attachment(conversation.owner, question)


def question_of(conversation: Conversation) -> Message:
    question = leaf_of(conversation).parent
    assert question is not None
    return question


def addresses(resolver: URLResolver | None = None, route: str = "", namespace: str = "") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + text_of(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry, here, inner)
        elif isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}" if entry.name else f"/{here}"
            takes_row = any(isinstance(kind, UUIDConverter) for kind in entry.pattern.converters.values())
            yield Address(name, here, "/" + filled(here), takes_row)


def text_of(pattern: RoutePattern | RegexPattern | Any) -> str:
    return str(pattern).removeprefix("^").removesuffix("$")


def filled(route: str) -> str:
    """Put some value into each gap of a route, of either of Django's two notations."""

    def value(match: re.Match[str]) -> str:
        kind = match["kind"]
        return {"uuid": str(uuid4()), "int": "1"}.get(kind or "", "x")

    route = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route)
    return re.sub(r"<(?:(?P<kind>\w+):)?\w+>", value, route)


ALL = list(addresses())
OF_ROWS = [address for address in ALL if address.takes_row]


def is_the_login_page(location: str) -> bool:
    return location.partition("?")[0] in {reverse("account_login"), reverse("admin:login")}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ALL, ids=lambda address: address.name)
def test_who_is_not_signed_in_is_led_to_the_login_page(address, method, ada):
    response = getattr(Client(), method)(address.path)

    if address.name in OPEN:
        assert response.status_code < 500
    else:
        assert response.status_code == 302
        assert is_the_login_page(response.headers["Location"])


def test_every_open_address_exists():
    assert OPEN.keys() <= {address.name for address in ALL}


def test_the_walk_finds_the_addresses_of_all_apps():
    names = {address.name for address in ALL}

    assert {"conversations:events", "account_login", "admin:accounts_user_changelist", "mfa_index"} <= names


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "What do otters eat?", "Fish.")


def path_for(address: Address, public_id: UUID) -> str:
    return re.sub(r"<uuid:\w+>", str(public_id), "/" + address.route)


def row_of(address: Address, talk: Conversation) -> UUID:
    if address.name in ONLY_OF:
        return ONLY_OF[address.name](talk)
    before = address.route.partition("<uuid:")[0]
    assert before in ROWS, f"Say in ROWS which row stands behind /{before}<uuid>"
    return ROWS[before](talk)


def without_tokens(body: bytes) -> str:
    """Tokens against forgery differ from page to page."""
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"', "", body.decode())


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", OF_ROWS, ids=lambda address: address.name)
def test_what_is_somebody_elses_looks_like_what_does_not_exist(address, method, talk, stranger):
    foreign = getattr(stranger, method)(path_for(address, row_of(address, talk)))
    unknown = getattr(stranger, method)(path_for(address, uuid4()))

    assert foreign.status_code in {404, 405}
    assert foreign.status_code == unknown.status_code
    assert without_tokens(foreign.content) == without_tokens(unknown.content)
    assert not foreign.cookies.keys() - unknown.cookies.keys()


@pytest.mark.parametrize("address", OF_ROWS, ids=lambda address: address.name)
def test_its_owner_finds_it(address, talk, browser):
    statuses = {
        getattr(browser, method)(path_for(address, row_of(address, talk))).status_code
        for method in ("get", "post")
    }

    if address.name in NOT_FOR_OWNERS:
        assert statuses <= {404, 405}
    else:
        assert statuses - {404, 405}


@pytest.mark.parametrize("address", OF_ROWS, ids=lambda address: address.name)
def test_nothing_in_a_strangers_visit_changes_the_conversation(address, talk, stranger):
    before = everything_about(talk)

    for method in ("get", "post", "put", "delete"):
        getattr(stranger, method)(path_for(address, row_of(address, talk)))

    assert everything_about(talk) == before


def everything_about(talk: Conversation) -> list[Any]:
    return [
        list(Conversation.objects.filter(pk=talk.pk).values()),
        list(Message.objects.filter(conversation=talk).order_by("pk").values()),
        list(Generation.objects.filter(conversation=talk).order_by("pk").values()),
    ]


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.name)
def test_no_method_fails_inside(address, browser):
    for method in ("get", "head", "post", "put", "patch", "delete", "options", "trace"):
        assert getattr(browser, method)(address.path).status_code < 500, method


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.name)
def test_every_unsafe_address_asks_for_the_token_against_forgery(address, ada):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(ada)

    response = careful.post(address.path)

    assert response.status_code in {403, 404, 405}, response.status_code


def test_the_set_up_page_is_open_only_with_its_token(db):
    assert Client().get("/setup/x/").status_code == 404
    assert Client().get(str(setup_path())).status_code == 200
    assert not User.objects.exists()
