"""What a reviewer sees beside what its owner does: branches, versions, calls, files, a running answer."""

import json
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role, give_roles
from conversations.models import ChatModel, Conversation, Message, Status
from conversations.services.branching import delete_branch
from conversations.services.sending import prepare
from review.models import ReadEvent
from review.transcripts.branches import tree_of
from review.transcripts.differences import changes
from review.views import conversation as views
from tests.factories import add_answer, add_question, make_attachment, make_conversation, make_user

pytestmark = pytest.mark.django_db
TEXTS = st.text(alphabet="ab c\n.é🦦", max_size=40)


@pytest.fixture
def desk(client_of):
    rita = make_user("rita")
    give_roles(rita, {Role.REVIEWER})
    return client_of(rita)


@pytest.fixture
def talk(ada) -> Conversation:
    """A question with two answers, the first of which goes on; the second is shown."""
    talk = make_conversation(ada, "What do otters eat?", "Fish, mostly.", "And sea otters?", "Urchins.")
    question = talk.messages.get(text="What do otters eat?")
    talk.move_to(add_answer(talk, question, "Crabs, mostly."))
    return talk


def message(talk: Conversation, text: str) -> Message:
    return talk.messages.get(text=text)


def page(talk: Conversation, **asked: object) -> str:
    return reverse("review:read_conversation", args=[talk.public_id], query=asked or None)


def part(name: str, talk: Conversation, *rest: object) -> str:
    return reverse(f"review:{name}", args=[talk.public_id, *rest])


@given(TEXTS, TEXTS)
def test_changes_lead_from_one_text_to_the_other(before, after):
    found = changes(before, after)

    assert "".join(change.text for change in found if change.kind != "added") == before
    assert "".join(change.text for change in found if change.kind != "removed") == after


def test_texts_that_are_too_long_for_words_are_compared_by_lines():
    before = "\n".join(f"word {number} of it" for number in range(2_000))
    found = changes(before, before.replace("word 999 of it", "another line"))

    assert [change.text for change in found if change.kind == "added"] == ["another line\n"]


def test_the_map_folds_a_conversation_to_where_it_forks(talk, django_assert_num_queries):
    with django_assert_num_queries(1):
        tree = tree_of(talk)
    stems = list(tree.stems(talk.leaf_id))

    assert [(stem.first.words, len(stem.nodes), stem.depth, stem.is_shown) for stem in stems] == [
        ("What do otters eat?", 1, 0, True),
        ("Fish, mostly.", 3, 1, False),
        ("Crabs, mostly.", 1, 1, True),
    ]
    assert stems[1].leaf.words == "Urchins."


def test_a_conversation_without_forks_has_no_map(ada, desk):
    plain = make_conversation(ada, "What do otters eat?", "Fish.")

    assert "Branches" not in desk.get(page(plain)).content.decode()


def test_it_opens_with_what_its_owner_sees_and_leads_to_the_other_branches(talk, desk):
    shown = desk.get(page(talk)).content.decode()
    assert "Crabs, mostly." in shown
    assert "Urchins." not in shown
    way = f"?leaf={message(talk, 'Urchins.').public_id}#m-{message(talk, 'Fish, mostly.').public_id}"
    assert way in shown

    other = desk.get(page(talk, leaf=message(talk, "Urchins.").public_id)).content.decode()

    assert "Urchins." in other
    talk.refresh_from_db()
    assert talk.leaf == message(talk, "Crabs, mostly.")


def test_a_hit_in_another_version_is_shown_on_its_branch(talk, desk):
    hit = message(talk, "And sea otters?")

    assert f'id="m-{hit.public_id}"' in desk.get(page(talk, m=hit.public_id)).content.decode()


@pytest.mark.parametrize("asked", ["x", "\0", "00000000-0000-0000-0000-000000000000"])
def test_a_message_that_is_not_there_changes_nothing(asked, talk, desk):
    for name in ("leaf", "m", "above", "below"):
        assert "Crabs, mostly." in desk.get(page(talk, **{name: asked})).content.decode()


def test_versions_are_compared_word_by_word(talk, desk):
    shown = desk.get(
        part("compare_versions", talk, message(talk, "Fish, mostly.").public_id)
    ).content.decode()

    assert "<del>Fish</del><ins>Crabs</ins>, mostly." in shown


def test_versions_that_were_deleted_are_compared_too(talk, desk):
    delete_branch(message(talk, "Fish, mostly."))
    answer = message(talk, "Crabs, mostly.")

    assert "deleted" in desk.get(part("compare_versions", talk, answer.public_id)).content.decode()
    assert "Version 2" in desk.get(page(talk)).content.decode()


@pytest.mark.parametrize("place", ["leaf", "m"])
@pytest.mark.parametrize("text", ["Fish, mostly.", "Urchins."])
def test_a_branch_that_was_deleted_is_shown_as_it_was(talk, desk, text, place):
    gone = message(talk, text)
    delete_branch(message(talk, "Fish, mostly."))

    shown = desk.get(page(talk, **{place: gone.public_id}))

    assert shown.status_code == 200
    assert text in shown.content.decode()
    assert desk.get(part("follow_message", talk, gone.public_id)).status_code == 200


def test_hostile_words_are_words(ada, desk):
    talk = make_conversation(ada, "<script>alert(1)</script>", "<img src=x onerror=alert(2)>")
    add_answer(talk, talk.leaf.parent, "<img src=y onerror=alert(3)>", model_asked="<b>m</b>")
    talk.generations.update(inference_id="<b>i</b>", finish_reason="<b>f</b>", model_answered="<i>n</i>")
    pages = [
        page(talk),
        part("compare_versions", talk, talk.leaf.public_id),
        *(part("show_call", talk, call.public_id) for call in talk.generations.all()),
    ]
    for address in pages:
        shown = desk.get(address).content.decode()
        for forged in ("<script>alert", "<img src", "<b>m", "<b>i", "<b>f", "<i>n"):
            assert forged not in shown, (address, forged)


@pytest.fixture
def sent(talk) -> Message:
    """An answer whose request was made as the site makes it."""
    ChatModel.objects.filter(pk=talk.model_id).update(context_window=8_000)
    answer = add_answer(
        talk, add_question(talk, talk.leaf, "Why <crabs>?"), "They are there.", finished_at=None
    )
    prepare(answer.generation)
    talk.move_to(answer)
    return answer


def test_what_was_sent_is_shown_exactly(talk, sent, desk):
    address = part("show_call", talk, sent.generation.public_id)

    shown = desk.get(address)

    assert "Exactly as it was sent: 3 messages" in shown.content.decode()
    assert "Why &lt;crabs&gt;?" in shown.content.decode()
    body = json.loads(desk.get(address, {"as": "file"}).content)
    assert [one["content"] for one in body["messages"]] == [
        "What do otters eat?",
        "Crabs, mostly.",
        "Why <crabs>?",
    ]


def test_it_is_marked_when_it_cannot_be_rebuilt(talk, sent, desk):
    Message.objects.filter(text="Crabs, mostly.").update(text="Something else.")
    address = part("show_call", talk, sent.generation.public_id)

    assert "cannot be shown" in desk.get(address).content.decode()
    assert desk.get(address, {"as": "file"}).status_code == 404


def test_every_call_is_told_with_what_it_came_to(talk, sent, desk):
    talk.generations.create(
        purpose="title", status=Status.DONE, model_asked="a-title-model", cost_usd=Decimal("0.002")
    )
    sent.generation.__class__.objects.filter(pk=sent.generation.pk).update(
        prompt_tokens=1_200,
        completion_tokens=34,
        usage_trusted=True,
        cost_usd=Decimal("0.01"),
        inference_id="inf-1",
        finished_at=timezone.now(),
        model_answered="crab-2",
    )
    shown = desk.get(page(talk)).content.decode()
    record = desk.get(part("show_call", talk, sent.generation.public_id)).content.decode()

    for said in ("Title", "test-model → crab-2", "1,200 → 34 tokens", "$0.012"):
        assert said in shown, said
    for said in ("inf-1", f"gen-{sent.generation.pk}", "crab-2", "Hash of the body"):
        assert said in record, said


def test_a_file_is_opened_on_record_and_runs_nothing(talk, ada, desk):
    file = make_attachment(ada, message(talk, "What do otters eat?"), name="<b>.html")
    assert "&lt;b&gt;.html" in desk.get(page(talk)).content.decode()
    before = ReadEvent.objects.count()

    response = desk.get(part("open_file", talk, file.public_id))

    assert response.content == b"Otters eat fish."
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert ReadEvent.objects.count() == before + 1
    assert ReadEvent.objects.first().reason == f"file {file.public_id}"


def test_an_answer_is_followed_as_it_is_made(talk, desk):
    answer = add_answer(talk, talk.leaf, "", status=Status.RUNNING, finished_at=None)
    answer.generation.chunks.create(kind="answer", position=0, text="So far")
    talk.move_to(answer)
    first = desk.get(page(talk))
    ask = part("follow_message", talk, answer.public_id)
    assert f'data-poll="{ask}?pass=' in first.content.decode()
    before = ReadEvent.objects.count()

    running = desk.get(ask, {"pass": first.context["pass"]}).content.decode()
    answer.generation.chunks.all().delete()
    Message.objects.filter(pk=answer.pk).update(text="So far and no further.", renderer_version=0)
    answer.generation.__class__.objects.filter(pk=answer.generation.pk).update(status=Status.DONE)
    ended = desk.get(ask, {"pass": first.context["pass"]}).content.decode()

    assert "So far" in running
    assert "data-poll" in running
    assert "no further" in ended
    assert "data-poll" not in ended
    assert ReadEvent.objects.count() == before


def test_a_long_conversation_comes_in_pages(ada, desk, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 4)
    talk = make_conversation(ada, *[f"Words {number}" for number in range(10)])

    newest = desk.get(page(talk))
    before = desk.get(page(talk, above=newest.context["transcript"].earlier)).content.decode()

    assert "Words 9" in newest.content.decode()
    assert "Words 5" not in newest.content.decode()
    assert "Words 5" in before
    assert "Words 9" not in before


def test_one_steps_to_the_next_one_of_the_list(ada, bob, desk):
    first, other, last = (make_conversation(who, "Talk", "Words.") for who in (ada, bob, ada))
    step = part("step_on", last)

    assert desk.get(step, {"step": "next"}).headers["Location"] == page(other)
    there = desk.get(step, {"step": "next", "list": "person=ada"}).headers["Location"]
    assert there == page(first, list="person=ada")
    assert desk.get(part("step_on", first), {"step": "previous", "list": "person=ada"}).headers[
        "Location"
    ] == page(last, list="person=ada")
    assert desk.get(step, {"step": "previous"}).headers["Location"] == "/review/"
    assert desk.get(step, {"list": "//elsewhere.example"}).headers["Location"].startswith("/review/")


def test_nothing_follows_itself_where_the_database_wrote_the_time(ada, desk):
    talk = make_conversation(ada, "Talk", "Words.")
    Conversation.objects.update(updated_at=Now())

    assert desk.get(part("step_on", talk), {"step": "next"}).headers["Location"] == "/review/"
    assert desk.get(part("step_on", talk), {"step": "previous"}).headers["Location"] == "/review/"


def test_the_address_of_before_leads_on(talk, desk):
    assert desk.get(f"/review/c/{talk.public_id}/").headers["Location"] == page(talk)
