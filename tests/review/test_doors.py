"""Every address of the console is closed to those who may not read, and silent about what is out of scope."""

import json
from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from accounts.roles import Role, give_roles
from conversations.models import Conversation, Reply
from review.judging.notes import write_note
from review.models import Label, Note, ReadEvent, SavedFilter, Sticker, Verdict
from review.urls import urlpatterns
from tests.factories import make_attachment, make_conversation, make_user

pytestmark = pytest.mark.django_db
SECRET = "Where the otters sleep"
# Open also to who only approves, and about nobody's words: test_readers.py.
GRANTS = {"grants", "approve_grant", "end_grant"}


@pytest.fixture
def talk(ada) -> Conversation:
    talk = make_conversation(ada, SECRET, "In kelp.")
    make_attachment(ada, talk.leaf.parent, name="kelp.txt")
    return talk


def ids_of(talk: Conversation) -> dict[str, UUID]:
    file = talk.leaf.parent.attachments.get()
    return {
        "message_id": talk.leaf.public_id,
        "call_id": talk.leaf.generation.public_id,
        "file_id": file.public_id,
        "note_id": note_on(talk).public_id,
    }


def flat(patterns: Iterable[object]) -> list[URLPattern]:
    """Those of the files of addresses that are included, too."""
    found: list[URLPattern] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += flat(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            found.append(pattern)
    return found


def note_on(talk: Conversation) -> Note:
    return Note.objects.filter(conversation=talk).first() or write_note(
        talk, author=talk.owner, text="Noted otters"
    )


def addresses(talk: Conversation, **other: UUID) -> list[str]:
    """Every address of the console, about `talk`."""
    saved = SavedFilter.objects.get_or_create(owner=talk.owner, name="theirs", query="thumb=up")[0]
    known = {"public_id": talk.public_id, **ids_of(talk), **other}
    found = []
    for pattern in flat(urlpatterns):
        if pattern.name in GRANTS:
            continue
        names = pattern.pattern.converters
        ids = {name: known[name] for name in names}
        if "filter" in pattern.name and names:
            ids["public_id"] = saved.public_id
        found.append(reverse(f"review:{pattern.name}", kwargs=ids))
    return found


def visitors(ada) -> dict[str, Client]:
    office = make_user("root", is_staff=True)
    give_roles(office, {Role.ADMINISTRATOR})
    above = make_user("super", is_staff=True, is_superuser=True)
    clients = {"nobody": Client()}
    for name, person in {
        "owner": ada,
        "member": make_user("mel"),
        "administrator": office,
        "superuser": above,
    }.items():
        clients[name] = Client()
        clients[name].force_login(person)
    return clients


def test_who_may_not_read_gets_nowhere(talk, ada):
    for name, client in visitors(ada).items():
        for address in addresses(talk):
            for method in (client.get, client.head, client.post):
                response = method(address)
                assert response.status_code in ({302} if name == "nobody" else {404, 405}), (name, address)
                said = response.content.decode() + json.dumps(dict(response.headers.items()))
                assert "otters" not in said, (name, address)
                assert "kelp" not in said, (name, address)
    assert not ReadEvent.objects.exists()


def test_what_is_out_of_scope_is_not_there(talk, ada):
    rita = make_user("rita")
    give_roles(rita, {Role.REVIEWER})
    desk = Client()
    desk.force_login(rita)
    Conversation.objects.filter(pk=talk.pk).update(deleted_at=timezone.now())

    for address in addresses(talk):
        response = desk.get(address)
        if str(talk.public_id) in address:
            assert response.status_code in {404, 405}, address
        assert "otters" not in response.content.decode(), address
    assert not ReadEvent.objects.exists()


@pytest.mark.parametrize("part", ["message_id", "call_id", "file_id", "note_id"])
def test_a_part_of_another_conversation_is_not_there(part, talk, ada):
    rita = make_user("rita")
    give_roles(rita, {Role.REVIEWER})
    desk = Client()
    desk.force_login(rita)
    other = make_conversation(ada, "Something else", "Yes.")
    make_attachment(ada, other.leaf.parent, name="other.txt")

    for forged in (ids_of(other)[part], uuid4()):
        for address in addresses(talk, **{part: forged}):
            if str(forged) in address:
                assert desk.get(address).status_code == 404, address
                assert desk.post(address).status_code in {404, 405}, address


def test_nothing_is_judged_where_nothing_may_be_read(talk, ada):
    label = Label.objects.create(name="Spam")
    said = {"state": "reviewed", "text": "x", "label": label.public_id, "delete": "1"}
    rita = make_user("rita")
    give_roles(rita, {Role.REVIEWER})
    clients = visitors(ada)
    clients["reader"] = Client()
    clients["reader"].force_login(rita)
    places = addresses(talk)
    Conversation.objects.filter(pk=talk.pk).update(deleted_at=timezone.now())

    for client in clients.values():
        for address in places:
            client.post(address, {**said, "chosen": talk.public_id})

    assert not Verdict.objects.exists()
    assert not Sticker.objects.exists()
    assert not Reply.objects.exists()
    assert [note.text for note in Note.objects.all()] == ["Noted otters"]


def test_a_pass_opens_nothing_by_itself(talk, ada):
    rita, ravi = make_user("rita"), make_user("ravi")
    for reader in (rita, ravi):
        give_roles(reader, {Role.REVIEWER})
    desk, other = Client(), Client()
    desk.force_login(rita)
    other.force_login(ravi)
    page = desk.get(reverse("review:read_conversation", args=[talk.public_id]))
    call = reverse("review:show_call", args=[talk.public_id, talk.leaf.generation.public_id])
    before = ReadEvent.objects.count()

    desk.get(call, {"pass": page.context["pass"]})
    assert ReadEvent.objects.count() == before
    other.get(call, {"pass": page.context["pass"]})
    assert ReadEvent.objects.count() == before + 1
    desk.get(call, {"pass": page.context["pass"] + "x"})
    assert ReadEvent.objects.count() == before + 2
    give_roles(rita, set())
    assert desk.get(call, {"pass": page.context["pass"]}).status_code == 404
