"""Links and feedback in the admin: facts, and nothing to read or to open a conversation with."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from conversations.models import Share
from conversations.services.feedback import explain_feedback
from tests.factories import make_conversation, make_share, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client_of) -> Client:
    return client_of(make_user("root", is_staff=True, is_superuser=True))


@pytest.fixture
def rows(ada):
    talk = make_conversation(ada, "What do otters eat?", "Just fish.")
    feedback = explain_feedback(talk.leaf, thumb="down", reasons=["wrong"], words="Walrus!")
    return {"share": make_share(talk, title="Penguin", views=7), "feedback": feedback}


def pages(rows) -> dict[str, list[str]]:
    return {
        name: [f"/admin/conversations/{name}/", f"/admin/conversations/{name}/{row.pk}/change/"]
        for name, row in rows.items()
    }


def test_no_page_shows_a_word_or_a_key(rows, office):
    for addresses in pages(rows).values():
        for address in [*addresses, addresses[0] + "?q=ada"]:
            page = office.get(address).content.decode()
            assert "ada" in page, address
            for secret in ("otters", "fish", "Penguin", "Walrus", rows["share"].token):
                assert secret not in page, (address, secret)


def test_a_link_can_be_ended_by_who_may(rows, office, client_of):
    clerk = make_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_share"))
    chosen = {"action": "end_links", "_selected_action": [rows["share"].pk]}

    client_of(clerk).post("/admin/conversations/share/", chosen)
    assert Share.objects.living().exists()
    office.post("/admin/conversations/share/", chosen)
    assert not Share.objects.living().exists()


def test_facts_are_shown(rows, office):
    shares, feedback = (office.get(addresses[1]).content.decode() for addresses in pages(rows).values())

    assert "Signed-in people" in shares
    assert ">7<" in shares
    assert "Bad answer" in feedback
    assert "wrong" in feedback


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("share", "token__startswith=a"),
        ("share", "title__contains=P"),
        ("share", "leaf__text__contains=fish"),
        ("share", "conversation__title__contains=otters"),
        ("feedback", "words__contains=Walrus"),
        ("feedback", "reasons__contains=wrong"),
        ("feedback", "message__text__contains=fish"),
    ],
)
def test_a_filter_in_the_address_tells_nothing(name, lookup, rows, office):
    assert office.get(f"/admin/conversations/{name}/?{lookup}").status_code in {302, 400}
