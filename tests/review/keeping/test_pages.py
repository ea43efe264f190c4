"""The pages of those who place holds, and what owners are told."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation
from conversations.services.keeping import delete_conversation
from review.keeping.holds import hold_conversation, hold_person
from review.keeping.pruning import prune_all
from review.models import Hold, PurgeReceipt, ReadEvent, RetentionChange, RetentionPolicy, SavedFilter
from tests.factories import make_attachment, make_conversation, make_group, make_user

pytestmark = pytest.mark.django_db
PAGES = ("keeping", "ended_holds", "retention", "receipts")


def give(person: User, *names: str) -> User:
    person.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return person


@pytest.fixture
def rita() -> User:
    return give(make_user("rita"), "read_conversations", "place_holds")


@pytest.fixture
def desk(rita, client_of) -> Client:
    return client_of(rita)


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "Where otters sleep", "In kelp.")


def at(name: str, *args: object) -> str:
    return reverse(f"review:{name}", args=args)


def test_who_may_not_place_holds_finds_no_such_page(client_of, bob, talk, rita):
    hold = hold_conversation(talk, by=rita, reason="Case 12", until=None)
    reader = client_of(give(make_user("ravi"), "read_conversations"))
    above = client_of(make_user("root", is_staff=True, is_superuser=True))
    for client in (client_of(bob), reader, above):
        for name in PAGES:
            assert client.get(at(name)).status_code == 404
        assert client.post(at("keeping"), {"person": "bob", "reason": "x"}).status_code == 404
        assert client.post(at("place_hold", talk.public_id), {"reason": "x"}).status_code == 404
        assert client.post(at("end_hold", hold.public_id)).status_code == 404
    assert Hold.objects.standing().count() == 1
    assert "Keeping" not in reader.get(at("list_conversations")).content.decode()


def test_no_page_shows_a_word_of_what_is_kept(desk, rita, ada, talk):
    SavedFilter.objects.create(owner=rita, name="Case", query="q=otters")
    desk.post(at("keeping"), {"saved": SavedFilter.objects.get().public_id, "reason": "Case 12"})
    desk.post(at("place_hold", talk.public_id), {"reason": "Case 13"})
    for address in (*(at(name) for name in PAGES), at("place_hold", talk.public_id)):
        html = desk.get(address).content.decode()
        assert "otters" not in html
        assert "kelp" not in html
    assert not ReadEvent.objects.exists()


def test_a_hold_on_a_person_is_placed_and_ended(desk, rita, ada, talk):
    response = desk.post(at("keeping"), {"person": "ADA", "reason": "Case <12>"}, follow=True)
    html = response.content.decode()
    assert "All of <bdi>ada</bdi>" in html
    assert "Case &lt;12&gt;" in html
    hold = Hold.objects.get()
    assert (hold.placed_by, hold.until) == (rita, None)

    html = desk.post(at("end_hold", hold.public_id), follow=True).content.decode()
    assert "No hold stands." in html
    html = desk.get(at("ended_holds")).content.decode()
    assert "Case &lt;12&gt;" in html
    assert "by <bdi>rita</bdi>" in html


def test_a_hold_on_a_conversation_is_placed_from_where_it_is_read(desk, talk):
    read = desk.get(at("read_conversation", talk.public_id)).content.decode()
    assert at("place_hold", talk.public_id) in read
    day = timezone.localdate() + timedelta(days=3)

    response = desk.post(at("place_hold", talk.public_id), {"reason": "Case 12", "until": day.isoformat()})

    assert response.status_code == 302
    assert timezone.localtime(Hold.objects.get().until).date() == day + timedelta(days=1)
    assert at("read_conversation", talk.public_id) in desk.get(at("keeping")).content.decode()


def test_what_one_may_not_read_is_not_held_by_itself(client_of, talk):
    carol = client_of(give(make_user("carol"), "place_holds"))
    assert carol.get(at("place_hold", talk.public_id)).status_code == 404
    html = carol.get(at("keeping")).content.decode()
    assert 'name="saved"' not in html
    assert at("list_conversations") + '"' not in html


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"person": "nobody", "reason": "Case"}, "There is nobody of that name."),
        ({"reason": "Case"}, "a person or a filter"),
        ({"person": "ada", "reason": ""}, "This field is required."),
        ({"person": "ada", "reason": "x" * 501}, "at most 500"),
        ({"person": "a\0da", "reason": "Case"}, "Null characters"),
        ({"person": "ada", "reason": "Case", "until": "2020-01-01"}, "in the future"),
        ({"person": "ada", "reason": "Case", "until": "9999-12-31"}, "less than or equal"),
        ({"saved": "nonsense", "reason": "Case"}, "not a valid UUID"),
    ],
)
def test_what_is_typed_wrong_gets_a_sentence_and_stays(typed, sentence, desk, ada):
    response = desk.post(at("keeping"), typed)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Hold.objects.exists()


def test_the_page_of_rules_shows_what_comes(desk, ada, talk, django_assert_max_num_queries):
    RetentionPolicy.objects.create(group=make_group("team", ada), sort="ordinary", days=30)
    for days in (31, 25, 10):
        made = make_conversation(ada, "Hi", "Ho")
        Conversation.objects.filter(pk=made.pk).update(updated_at=timezone.now() - timedelta(days=days))
    with django_assert_max_num_queries(40):
        response = desk.get(at("retention"))

    rules = [one for one in response.context["coming"] if one.rule]
    coming = {one.rule.people: one for one in rules if one.rule.sort == "ordinary"}
    assert (coming["team"].now, coming["team"].soon, coming["team"].kept) == (1, 1, 0)
    assert "30 days" in response.content.decode()


def test_receipts_are_shown_by_day_and_rule(desk, ada, talk):
    make_attachment(ada, talk.leaf, data=b"kelp")
    delete_conversation(talk)
    prune_all(now=timezone.now() + timedelta(days=60))

    html = desk.get(at("receipts")).content.decode()

    assert "The days in the trash were over" in html
    assert "deleted 30d" in html
    assert PurgeReceipt.objects.get().bytes == 4


def test_the_list_of_holds_costs_the_same_for_few_and_many(desk, rita, ada):
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            desk.get(at("keeping"))
        return len(caught)

    for number in range(2):
        hold_conversation(make_conversation(ada, "Hi"), by=rita, reason=f"Case {number}", until=None)
    few = count()
    for number in range(8):
        hold_person(make_user(f"p{number}"), by=rita, reason="Case", until=None)
    assert count() == few


def test_the_owner_is_told_how_long_and_what_happened(browser, rita, ada, talk):
    RetentionPolicy.objects.create(group=make_group("team", ada), sort="ordinary", days=90)
    RetentionPolicy.objects.create(group=make_group("team"), sort="deleted", days=7)
    html = browser.get(reverse("readers:show")).content.decode()
    assert "Your conversations are kept <strong>90 days</strong>" in html
    assert "In the trash: <strong>7 days</strong>" in html
    assert "With a thumb down" not in html
    hold_conversation(talk, by=rita, reason="Case 12", until=None)
    delete_conversation(talk)
    assert "stays here for 7 days" in browser.get(reverse("conversations:trash")).content.decode()

    way = reverse("conversations:delete_for_ever", args=[talk.public_id])
    html = browser.post(way, follow=True).content.decode()

    assert "is deleted for you, and kept out of sight until a hold ends" in html
    assert "Case 12" not in html
    assert browser.post(way).status_code == 404
    restore = reverse("conversations:restore_conversation", args=[talk.public_id])
    assert browser.post(restore).status_code == 404


def test_emptying_the_trash_says_what_is_kept(browser, rita, ada, talk):
    hold_person(ada, by=rita, reason="Case 12", until=None)
    delete_conversation(talk)

    html = browser.post(reverse("conversations:empty_trash"), follow=True).content.decode()

    assert "1 conversation is deleted for you, and kept out of sight until a hold ends." in html
    assert "gone for ever" not in html


@pytest.mark.parametrize("htmx", [False, True])
def test_a_file_that_is_deleted_under_a_hold_says_so(htmx, browser, rita, ada, talk):
    file = make_attachment(ada, talk.leaf)
    hold_conversation(talk, by=rita, reason="Case 12", until=None)
    way = reverse("conversations:delete_file", args=[file.public_id])

    if htmx:
        html = browser.post(way, headers={"HX-Request": "true"}).content.decode()
    else:
        html = browser.post(way, follow=True).content.decode()

    assert "kept out of sight until a hold ends" in html


def test_what_is_said_of_temporary_conversations_is_true(browser, ada):
    talk = make_conversation(ada, "Hi", "Ho", temporary=True)
    address = reverse("conversations:show_conversation", args=[talk.public_id])
    assert "24 hours after" in browser.get(address).content.decode()
    RetentionPolicy.objects.create(sort="temporary", days=3)
    assert "72 hours after" in browser.get(address).content.decode()


def test_policies_are_changed_in_the_administration_on_record(client_of, ada):
    root = make_user("root", is_staff=True, is_superuser=True)
    office = client_of(root)
    add = reverse("admin:review_retentionpolicy_add")
    assert office.post(add, {"sort": "ordinary", "days": "90", "group": ""}).status_code == 302
    html = office.post(add, {"sort": "ordinary", "days": "30", "group": ""}).content.decode()
    assert "there is a policy already" in html
    html = office.post(add, {"sort": "deleted", "days": "", "group": ""}).content.decode()
    assert "goes at some time" in html
    policy = RetentionPolicy.objects.get()
    office.post(reverse("admin:review_retentionpolicy_change", args=[policy.pk]), {"days": "365"})
    office.post(reverse("admin:review_retentionpolicy_delete", args=[policy.pk]), {"post": "yes"})

    changes = RetentionChange.objects.values_list("group_name", "sort", "before", "after", "by")
    assert list(changes) == [
        ("", "ordinary", "365", "none", root.pk),
        ("", "ordinary", "90", "365", root.pk),
        ("", "ordinary", "none", "90", root.pk),
    ]


def test_who_signs_in_after_their_day_is_told_that_a_hold_keeps_it(browser, rita, ada, talk):
    page = reverse("conversations:leaving")
    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now() - timedelta(days=1))
    assert "within the hour" in browser.get(page).content.decode()
    hold_person(ada, by=rita, reason="Case 12", until=None)

    html = browser.get(page).content.decode()

    assert "a hold keeps something that you wrote" in html
    assert "Case 12" not in html
    assert "Keep my account" not in html


def test_who_was_never_let_in_is_turned_away_as_ever(desk):
    make_user("wanda", waits_for="approval", is_active=False)
    response = desk.post(at("keeping"), {"person": "wanda", "reason": "Case 12"})
    assert response.status_code == 422
    assert "There is nobody of that name." in response.content.decode()
