"""The trail can be added to and read. Nothing in the application changes or forgets it."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.roles import Role, give_roles
from conversations.models import Conversation
from review.models import ReadEvent
from review.reading import record_reading
from tests.factories import make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "What do otters eat?", "Fish.")


@pytest.fixture
def event(talk, root) -> ReadEvent:
    return record_reading(talk, reader=root, address="192.0.2.7", reason="Ticket 12")


@pytest.fixture
def office(root, client_of) -> Client:
    return client_of(root)


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: ReadEvent.objects.all().delete(),
        lambda event: ReadEvent.objects.filter(pk=event.pk).delete(),
        lambda event: ReadEvent.objects.update(reason="forged"),
        lambda event: ReadEvent.objects.bulk_update([event], ["reason"]),
        lambda event: ReadEvent.objects.update_or_create(pk=event.pk, defaults={"reason": "forged"}),
        lambda event: ReadEvent.objects.bulk_create(
            [ReadEvent(pk=event.pk, conversation_id=event.conversation_id)],
            update_conflicts=True,
            update_fields=["reason"],
            unique_fields=["id"],
        ),
    ],
    ids=["save", "delete", "all", "some", "update", "bulk update", "update or create", "upsert"],
)
def test_an_event_is_neither_changed_nor_deleted(change, event):
    with pytest.raises(TypeError, match="append-only"):
        change(event)

    assert ReadEvent.objects.get().reason == "Ticket 12"


def test_it_outlives_the_conversation(event, talk):
    talk.delete()

    assert ReadEvent.objects.get().conversation_id == talk.public_id


def test_it_outlives_its_reader_with_their_name(event, root):
    root.delete()

    kept = ReadEvent.objects.get()
    assert (kept.reader, kept.reader_name) == (None, "root")


def test_the_admin_shows_it_and_changes_nothing(event, office):
    page = reverse("admin:review_readevent_change", args=[event.pk])
    listed = reverse("admin:review_readevent_changelist")

    assert "Ticket 12" in office.get(page).content.decode()
    assert "192.0.2.7" in office.get(listed).content.decode()
    assert office.post(page, {"reason": "forged"}).status_code == 403
    assert office.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
    assert office.get(listed + "add/").status_code == 403
    office.post(listed, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert ReadEvent.objects.get().reason == "Ticket 12"


def test_it_is_found_by_reader_owner_and_conversation(event, office):
    listed = reverse("admin:review_readevent_changelist")

    for term in ("root", "ada", str(event.conversation_id)):
        assert "Ticket 12" in office.get(listed, {"q": term}).content.decode(), term
    assert "Ticket 12" not in office.get(listed, {"q": "nobody"}).content.decode()


def test_the_admin_leads_to_the_console_only_those_who_may_read(talk, office, root, client_of):
    give_roles(root, {Role.REVIEWER, Role.ADMINISTRATOR})
    way = reverse("review:read_conversation", args=[talk.public_id])
    staff = make_user("stan", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_conversation"))
    page = reverse("admin:conversations_conversation_change", args=[talk.pk])

    assert f'<a href="{way}">Read in the review console</a>' in office.get(page).content.decode()
    response = client_of(staff).get(page)
    assert response.status_code == 200
    assert way not in response.content.decode()
    assert not ReadEvent.objects.exists()


def test_what_its_owner_deleted_has_no_way_into_the_console(talk, office):
    Conversation.objects.filter(pk=talk.pk).update(deleted_at=talk.created_at)

    page = office.get(reverse("admin:conversations_conversation_change", args=[talk.pk])).content.decode()

    assert "review console" not in page
