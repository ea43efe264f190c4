"""The list of the console: what may be read, found by words and by filters that stand in the address."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role, give_roles
from conversations.models import Conversation, Message
from conversations.services.feedback import explain_feedback
from review.finding import listing
from review.models import AccessRule, Extent, Mode, ReadEvent, SavedFilter
from tests.factories import (
    add_answer,
    add_question,
    make_attachment,
    make_conversation,
    make_group,
    make_model,
    make_share,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST = "/review/"


@pytest.fixture
def rita():
    rita = make_user("rita")
    give_roles(rita, {Role.REVIEWER})
    return rita


@pytest.fixture
def desk(rita, client_of):
    return client_of(rita)


def titles(response) -> list[str]:
    found = re.findall(r"data-desk-row[^>]*><bdi>(.*?)</bdi>", response.content.decode(), re.DOTALL)
    return [re.sub(r"</?mark>", "", title) for title in found]


def age(conversation: Conversation, **length: float) -> Conversation:
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=timezone.now() - timedelta(**length))
    return conversation


def test_it_has_the_conversations_of_everybody_newest_first(ada, bob, desk):
    age(make_conversation(ada, "Otters", "Fish."), days=2)
    age(make_conversation(bob, "Crabs", "Sea."), days=1)

    response = desk.get(LIST)

    assert titles(response) == ["Crabs", "Otters"]
    assert "2 conversations" in response.content.decode()


def test_a_row_tells_who_which_model_how_long_and_how_much(ada, desk):
    talk = make_conversation(ada, "Otters", "Fish.", model=make_model("claude-sonnet-4"))
    talk.generations.update(
        prompt_tokens=1_200,
        completion_tokens=34,
        usage_trusted=True,
        cost_usd=Decimal("0.0123"),
        problem="filtered",
    )
    explain_feedback(talk.leaf, thumb="down", reasons=["wrong"], words="")
    make_attachment(ada, talk.leaf.parent)
    make_share(talk)

    page = desk.get(LIST).content.decode()

    for said in (
        "ada",
        "claude-sonnet-4",
        ">2</td>",
        "1,234",
        "$0.012",
        "Bad answer",
        "Has a file",
        "Shared by a link",
    ):
        assert said in page, said
    assert "stopped by the provider" in page


def test_each_page_that_is_shown_is_one_row_of_the_trail(ada, desk, rita):
    first, second = make_conversation(ada, "Otters", "Fish."), make_conversation(ada, "Crabs", "Sea.")

    desk.get(LIST, REMOTE_ADDR="192.0.2.7")
    desk.get(LIST, {"q": "fish"})

    listed, searched = ReadEvent.objects.order_by("pk")
    assert (listed.action, listed.reader, listed.address) == ("listed", rita, "192.0.2.7")
    assert {shown.conversation_id for shown in listed.sightings.all()} == {first.public_id, second.public_id}
    assert (searched.action, searched.conversation_id) == ("searched", first.public_id)


def test_what_cannot_be_recorded_is_not_shown(ada, desk, monkeypatch):
    make_conversation(ada, "Otters", "Fish.")

    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(ReadEvent, "save", fail)

    with pytest.raises(OSError, match="no space"):
        desk.get(LIST)


def test_an_empty_page_shows_nothing_and_is_not_recorded(desk):
    assert "will stand here" in desk.get(LIST).content.decode()
    assert not ReadEvent.objects.exists()


@pytest.fixture
def many_kinds(ada, bob):
    """One conversation for each filter, all others without what it asks for."""
    plain = age(make_conversation(ada, "Plain", "Words."), days=90)
    make_group("Support", bob)
    age(make_conversation(bob, "Of bob", "Words."), days=90)
    age(make_conversation(ada, "Other model", "Words.", model=make_model("gpt-5")), days=90)
    make_conversation(ada, "Of today", "Words.")
    for name, thumb, reasons in (("Bad", "down", ["wrong"]), ("Good", "up", [])):
        rated = age(make_conversation(ada, name, "Words."), days=90)
        explain_feedback(rated.leaf, thumb=thumb, reasons=reasons, words="")
    broken = age(make_conversation(ada, "Broken", "Words."), days=90)
    broken.generations.update(status="interrupted", problem="broken_off")
    dear = age(make_conversation(ada, "Dear", "Words."), days=90)
    dear.generations.update(cost_usd=Decimal("2.5"))
    age(make_conversation(ada, "Long", *["Words."] * 9), days=90)
    carrying = age(make_conversation(ada, "Carrying", "Words."), days=90)
    make_attachment(ada, carrying.leaf.parent)
    make_share(age(make_conversation(ada, "Shared", "Words."), days=90))
    age(make_conversation(ada, "Temporary", "Words.", temporary=True), days=90)
    less = age(make_conversation(ada, "Less", "Words."), days=90)
    Message.objects.filter(conversation=less, role="user").update(deleted_at=timezone.now())
    return plain


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=BOB", {"Of bob"}),
        ("group=Support", {"Of bob"}),
        ("model=gpt-5", {"Other model"}),
        ("thumb=down", {"Bad"}),
        ("thumb=any", {"Bad", "Good"}),
        ("reason=wrong", {"Bad"}),
        ("thumb=up&reason=wrong", set()),
        ("status=interrupted", {"Broken"}),
        ("problem=any", {"Broken"}),
        ("problem=broken_off", {"Broken"}),
        ("problem=funds", set()),
        ("cost_from=2.5", {"Dear"}),
        ("cost_from=2.51", set()),
        ("length_from=9", {"Long"}),
        ("file=yes", {"Carrying"}),
        ("shared=yes", {"Shared"}),
        ("temporary=yes", {"Temporary"}),
        ("deleted=yes", {"Less"}),
        ("q=has:file", {"Carrying"}),
        ("q=model:gpt-5", {"Other model"}),
        ("shared=yes&file=yes", set()),
    ],
)
def test_a_filter_leaves_what_fits(query, found, many_kinds, desk):
    response = desk.get(f"{LIST}?{query}")

    assert response.status_code == 200
    assert set(titles(response)) == found


@pytest.mark.parametrize("name", ["file", "shared", "temporary", "deleted"])
def test_no_leaves_all_the_others(name, many_kinds, desk):
    everything, yes, no = ({*titles(desk.get(LIST, query))} for query in ({}, {name: "yes"}, {name: "no"}))

    assert len(yes) == 1
    assert no == everything - yes


def test_days_are_those_on_which_it_was_last_used(many_kinds, desk):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)

    assert titles(desk.get(LIST, {"since": yesterday.isoformat()})) == ["Of today"]
    assert "Of today" not in titles(desk.get(LIST, {"until": yesterday.isoformat()}))


def test_each_filter_is_a_chip_that_can_be_taken_off(many_kinds, desk):
    page = desk.get(f"{LIST}?thumb=down&person=ada").content.decode()

    assert '<a class="filter-chip" href="/review/?thumb=down"' in page
    assert '<a class="filter-chip" href="/review/?person=ada"' in page


@pytest.mark.parametrize(
    "query",
    [
        "person=nobody",
        "group=x",
        "model=x",
        "since=yesterday",
        "since=0001-01-01",
        "thumb=sideways",
        "cost_from=NaN",
        "cost_from=1e999999",
        "cost_to=-1",
        "length_from=99999999999999999999",
        "status=%00",
        "person=%00",
        "q=" + "x" * 501,
        "q=-otters",
        "q=before:never",
        "q=model:nowhere",
        "deleted=%F0%9F%A6%A6",
    ],
)
def test_what_is_not_understood_gets_a_sentence(query, ada, desk):
    make_conversation(ada, "Otters", "Fish.")
    response = desk.get(f"{LIST}?{query}")

    assert response.status_code == 422
    assert titles(response) == []
    assert not ReadEvent.objects.exists()


@pytest.mark.parametrize(
    "older", ["x", "|", "2026-01-01T00:00:00|1", "9999-12-31T23:59:59+00:00|1", "\0", "9" * 30]
)
def test_a_place_that_is_none_is_the_beginning(older, ada, desk):
    make_conversation(ada, "Otters", "Fish.")

    assert titles(desk.get(LIST, {"older": older})) == ["Otters"]


def test_pages_follow_one_another_and_stay_what_they_are(ada, desk, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 3)
    for number in range(7):
        age(make_conversation(ada, f"Talk {number}", "Words."), hours=number + 1)
    first = desk.get(LIST)
    make_conversation(ada, "Came later", "Words.")
    more = re.search(r'href="(/review/\?older=[^"]+)"', first.content.decode())

    second = desk.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"})

    assert titles(first) == ["Talk 0", "Talk 1", "Talk 2"]
    assert titles(second) == ["Talk 3", "Talk 4", "Talk 5"]
    assert second.content.lstrip().startswith(b"<tbody>")


def test_how_many_came_since_is_told_without_a_word(ada, desk):
    age(make_conversation(ada, "Otters", "Fish."), hours=1)
    page = desk.get(LIST).content.decode()
    ask = re.search(r'data-poll="([^"]+)"', page)[1].replace("&amp;", "&")
    before = ReadEvent.objects.count()
    make_conversation(ada, "A new one", "Words.")

    news = desk.get(ask, headers={"HX-Request": "true"}).content.decode()

    assert "1 new" in news
    assert "A new one" not in news
    assert ReadEvent.objects.count() == before


def test_counts_stop(ada, desk, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr(listing, "COUNTED", 3)
    for _ in range(5):
        make_conversation(ada, "Otters", "Fish.")

    assert "more than" in desk.get(LIST).content.decode()


@pytest.mark.parametrize("query", ["otters", '"sea otters"', "otter", "ott*", "otters -crabs", "ÖTTERS"])
def test_words_are_found_in_what_everybody_wrote(query, ada, bob, desk):
    make_conversation(ada, "One", "About sea otters, that is.")
    make_conversation(bob, "Two", "Crabs.", "and Sea Otters again", "Yes.")
    make_conversation(bob, "Three", "Nothing of the kind.")

    found = titles(desk.get(LIST, {"q": query}))

    assert found == ["Two", "One"]


def test_a_hit_stands_with_its_words_and_leads_to_its_message(ada, desk):
    talk = make_conversation(ada, "One", "About <b>sea</b> otters.")

    page = desk.get(LIST, {"q": "otters"}).content.decode()

    assert "About &lt;b&gt;sea&lt;/b&gt; <mark>otters</mark>." in page
    assert f"?m={talk.leaf.public_id}&amp;list=q%3Dotters#m-{talk.leaf.public_id}" in page


def test_words_of_a_title_are_found_too(ada, desk):
    make_conversation(ada, "Hello", "Hi.", title="All about otters")

    assert titles(desk.get(LIST, {"q": "otters"})) == ["All about otters"]


def test_words_and_filters_hold_together(ada, bob, desk):
    make_conversation(ada, "One", "Otters.")
    make_conversation(bob, "Two", "Otters.", temporary=True)

    assert titles(desk.get(LIST, {"q": "otters", "person": "ada"})) == ["One"]
    assert titles(desk.get(LIST, {"q": "otters", "temporary": "yes"})) == ["Two"]
    assert titles(desk.get(LIST, {"q": "otters", "problem": "any"})) == []


def test_the_word_that_stands_for_an_owner_is_not_found(ada, desk):
    make_conversation(ada, "One", "Otters.")
    make_conversation(ada, "Two", f"A word u{ada.pk} of its own.")

    assert titles(desk.get(LIST, {"q": f"u{ada.pk}"})) == ["Two"]


def test_words_without_spaces_between_are_found(ada, desk):
    make_conversation(ada, "One", "カワウソは魚を食べる")

    assert titles(desk.get(LIST, {"q": "魚を"})) == ["One"]


def test_pages_of_hits_follow_one_another(ada, desk, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(5):
        make_conversation(ada, f"Talk {number}", "Otters.")
    shown, more = [], f"{LIST}?q=otters"
    while more:
        page = desk.get(more)
        shown += titles(page)
        found = re.search(r'href="(/review/\?q=otters&amp;older=[^"]+)"', page.content.decode())
        more = found[1].replace("&amp;", "&") if found else ""

    assert shown == [f"Talk {number}" for number in reversed(range(5))]


def test_what_its_owner_deleted_is_neither_listed_nor_found(ada, desk):
    Conversation.objects.filter(pk=make_conversation(ada, "Otters", "Otters.").pk).update(
        deleted_at=timezone.now()
    )

    assert titles(desk.get(LIST)) == []
    assert titles(desk.get(LIST, {"q": "otters"})) == []


def test_it_is_counted_again_what_a_conversation_comes_to(ada, desk):
    talk = make_conversation(ada, "Otters", "Fish.")
    desk.get(LIST)
    assert Extent.objects.get(conversation=talk).messages == 2
    Extent.objects.update(counted_at=timezone.now() - timedelta(minutes=1))
    add_answer(talk, add_question(talk, talk.leaf, "And?"), "Crabs.", cost_usd=Decimal("0.5"))
    imported = age(make_conversation(ada, "Imported", "From elsewhere."), days=900)

    desk.get(LIST)

    assert (talk.extent.messages, talk.extent.cost) == (4, 50_000_000)
    assert Extent.objects.filter(conversation=imported).exists()


@pytest.mark.parametrize("query", [{}, {"q": "words"}, {"thumb": "any"}])
def test_the_page_asks_as_often_for_many_rows(query, ada, bob, desk, django_assert_max_num_queries):
    rated = make_conversation(ada, "Hi", "Words.")
    explain_feedback(rated.leaf, thumb="up", reasons=[], words="")
    desk.get(LIST, query)
    cache.clear()
    with django_assert_max_num_queries(40) as few:
        assert desk.get(LIST, query).status_code == 200
    for number in range(30):
        talk = make_conversation(bob if number % 2 else ada, f"Talk {number}", "Words.")
        explain_feedback(talk.leaf, thumb="up", reasons=[], words="")
    desk.get(LIST, query)
    with django_assert_max_num_queries(40) as many:
        assert len(titles(desk.get(LIST, query))) == 31

    # Where a search has to look may differ: among the newest, among more of them, or in the index.
    assert len(many) <= len(few) + 3


def keep(desk, query: str, name: str, **fields: str):
    return desk.post(reverse("review:keep_filter"), {"query": query, "name": name, **fields}, follow=True)


def test_a_filter_is_kept_under_a_name(ada, desk):
    make_conversation(ada, "Otters", "Fish.")
    page = keep(desk, "thumb=down&nonsense=1&older=x", "Bad <b>ones</b>").content.decode()

    assert SavedFilter.objects.get().query == "thumb=down"
    assert "Bad &lt;b&gt;ones&lt;/b&gt;" in page
    assert 'href="/review/?thumb=down" aria-current="page"' in page


def test_the_same_name_again_takes_its_place(desk):
    keep(desk, "thumb=down", "Mine")
    keep(desk, "thumb=up", "Mine")

    assert SavedFilter.objects.get().query == "thumb=up"


def test_others_see_what_is_shared_and_cannot_delete_it(desk, client_of):
    keep(desk, "thumb=down", "Ours", shared="on")
    keep(desk, "thumb=up", "Only mine")
    ravi = make_user("ravi")
    give_roles(ravi, {Role.REVIEWER})
    theirs = client_of(ravi)

    page = theirs.get(LIST).content.decode()

    assert "Ours" in page
    assert "by rita" in page
    assert "Only mine" not in page
    delete = reverse("review:delete_filter", args=[SavedFilter.objects.get(name="Ours").public_id])
    assert theirs.post(delete).status_code == 404
    assert desk.post(delete).status_code == 302
    assert [kept.name for kept in SavedFilter.objects.all()] == ["Only mine"]


@pytest.mark.parametrize(
    ("query", "name"), [("", "Everything"), ("thumb=x", "Odd"), ("thumb=up", " "), ("thumb=up", "x" * 61)]
)
def test_what_cannot_be_kept_gets_a_sentence(query, name, desk):
    assert "toast" in keep(desk, query, name).content.decode()
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    "asked", [{}, {"q": "otters"}, {"q": '"sea otters" -fish'}, {"q": "otters", "person": "ada"}]
)
def test_where_nobody_may_be_read_nothing_is_found(desk, ada, asked):
    make_conversation(ada, "Where do sea otters sleep?", "In kelp.")
    AccessRule.objects.create(mode=Mode.CLOSED)

    assert titles(desk.get(LIST, asked)) == []
