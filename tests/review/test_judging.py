"""What reviewers think of a conversation: their own verdict first, then those of the others."""

import pytest
from django.urls import reverse

from accounts.roles import Role, give_roles
from conversations.models import Conversation, Reply
from conversations.services.errors import Conflict, Refusal
from review.judging import notes
from review.judging.definitions import fill_steps
from review.judging.notes import Passage, delete_note, write_note
from review.judging.verdicts import Opinion, give_verdict, settle
from review.models import Label, Note, Placement, ReadEvent, Score, Sticker, Verdict
from review.models.judging import Scale
from tests.factories import make_conversation, make_user

from .judges import make_label, make_reviewer, make_score, opinion, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "What do otters eat?", "**Fish**, mostly; and *crabs* &amp; urchins.")


@pytest.fixture
def rita():
    return make_reviewer("rita")


@pytest.fixture
def desk(rita, client_of):
    return client_of(rita)


def page_of(talk: Conversation) -> str:
    return reverse("review:read_conversation", args=[talk.public_id])


def judge_of(talk: Conversation, desk) -> str:
    """Where a verdict on `talk` goes, from a page that is on record."""
    page = desk.get(page_of(talk))
    return f"{reverse('review:judge', args=[talk.public_id])}?pass={page.context['pass']}"


def test_a_verdict_is_given_changed_and_is_one_row_a_reviewer(talk, desk, rita):
    spam, help_ = make_label("Spam"), make_score("Help", Scale.FIVE)
    first, second = help_.steps.all()[:2]
    address = judge_of(talk, desk)

    desk.post(
        address, {"state": "reviewed", "label": str(spam.public_id), f"score-{help_.public_id}": first.pk}
    )
    response = desk.post(address, {"state": "attention", f"score-{help_.public_id}": second.pk})

    assert response.status_code == 302
    verdict = Verdict.objects.get()
    assert (verdict.reviewer, verdict.state, verdict.settles) == (rita, "attention", False)
    assert not Sticker.objects.exists()
    assert Placement.objects.get().step == second


def test_the_panel_stands_beside_the_conversation_and_htmx_gets_it_alone(talk, desk):
    make_label("Spam <b>")
    page = desk.get(page_of(talk)).content.decode()
    assert 'id="judgement"' in page
    assert "Spam &lt;b&gt;" in page

    before = ReadEvent.objects.count()
    address = judge_of(talk, desk)
    part = desk.post(address, {"state": "reviewed"}, headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<section class="judgement"')
    assert "<html" not in part
    assert ReadEvent.objects.count() == before + 1  # of the page; its parts belong to it


def test_who_may_not_read_cannot_judge(talk, client_of, bob):
    for name in ("judge", "write_note", "reply"):
        address = reverse(f"review:{name}", args=[talk.public_id])
        assert client_of(bob).post(address, {"state": "reviewed", "text": "x"}).status_code == 404
    assert not Verdict.objects.exists()
    assert not Note.objects.exists()
    assert not Reply.objects.exists()


def test_what_others_said_is_hidden_until_ones_own_is_given(talk, desk):
    spam = make_label("Spam")
    ravi = make_reviewer("ravi")
    give_verdict(talk, reviewer=ravi, opinion=opinion("reviewed", spam))
    write_note(talk, author=ravi, text="Whispered by ravi", message=talk.leaf)

    page = desk.get(page_of(talk)).content.decode()
    assert "1 verdict is there" in page
    assert "Whispered" not in page
    assert "What others say" not in page

    desk.post(judge_of(talk, desk), {"state": "unreviewed"})
    assert "Whispered" not in desk.get(page_of(talk)).content.decode()
    desk.post(judge_of(talk, desk), {"state": "reviewed"})
    page = desk.get(page_of(talk)).content.decode()
    assert "What others say" in page
    assert "Whispered by ravi" in page


def test_only_who_has_the_right_settles_and_the_verdict_is_shown_as_the_one_that_counts(talk, desk, rita):
    desk.post(judge_of(talk, desk), {"state": "reviewed"})
    assert "Settle it" not in desk.get(page_of(talk)).content.decode()
    response = desk.post(judge_of(talk, desk), {"state": "reviewed", "settle": "1"})
    assert response.status_code == 422
    assert not Verdict.objects.filter(settles=True).exists()

    make_reviewer("rita", settles=True)
    desk.post(judge_of(talk, desk), {"state": "attention", "settle": "1", "seen": ""})

    assert Verdict.objects.get(settles=True).state == "attention"
    assert Verdict.objects.get(settles=False).state == "reviewed"
    assert "The verdict that counts" in desk.get(page_of(talk)).content.decode()


def test_what_somebody_else_settled_meanwhile_is_not_written_over(talk):
    sara, sven = make_reviewer("sara", settles=True), make_reviewer("sven", settles=True)
    first = settled(talk, sara, Opinion("reviewed"))

    with pytest.raises(Conflict, match="settled it meanwhile"):
        settled(talk, sven, Opinion("attention"))

    again = settled(talk, sven, Opinion("attention"), seen=first.updated_at)
    assert (again.pk, again.reviewer) == (first.pk, sven)


def test_a_verdict_that_counts_says_how_it_stands(talk):
    sara = make_reviewer("sara", settles=True)
    with pytest.raises(Refusal, match="your own"):
        settle(talk, reviewer=sara, opinion=Opinion("reviewed"))
    give_verdict(talk, reviewer=sara, opinion=Opinion("reviewed"))
    with pytest.raises(Refusal, match="counts"):
        settle(talk, reviewer=sara, opinion=Opinion("unreviewed"))


def test_forged_fields_get_a_sentence_or_are_left_out(talk, desk):
    make_score("Help", Scale.FIVE)
    address = judge_of(talk, desk)
    assert desk.post(address, {"state": "perfect"}).status_code == 422
    odd = {"label": ["x", "0" * 40], "score-x": "9" * 30, "score-y": "²", "state": "reviewed", "seen": "13"}
    assert desk.post(address, odd).status_code == 302
    assert desk.post(address, {**odd, "settle": "1", "seen": "2026-13-99T00:00"}).status_code == 422
    assert not Sticker.objects.exists()
    assert not Placement.objects.exists()


def test_what_is_archived_is_offered_only_where_it_was_chosen(talk, desk):
    old, never = make_label("Old", archived=True), make_label("Never", archived=True)
    give_verdict(talk, reviewer=make_reviewer("rita"), opinion=opinion("reviewed", old))

    page = desk.get(page_of(talk)).content.decode()

    assert str(old.public_id) in page
    assert str(never.public_id) not in page


def test_done_leads_to_the_next_conversation_of_the_list_and_counts_as_reviewed(ada, talk, desk):
    make_conversation(ada, "Newer", "Yes.")
    response = desk.post(judge_of(talk, desk), {"state": "unreviewed", "then": "next", "list": "person=ada"})
    assert response.headers["Location"].startswith(reverse("review:step_on", args=[talk.public_id]))
    assert "person%3Dada" in response.headers["Location"]
    assert Verdict.objects.get().state == "reviewed"


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/review/?person=ada", True),
        ("/review/nowhere/", False),
        ("/review/../accounts/", False),
        ("/review/\nSet-Cookie: a=b", False),
        ("/review/?q=a\nb", False),
        ("https://evil.example/review/", False),
        ("//evil.example", False),
        ("/", False),
    ],
)
def test_done_leads_where_the_page_says_and_never_out_of_the_console(wanted, leads, talk, desk):
    said = {"state": "reviewed", "then": "next", "next": wanted}
    way = desk.post(judge_of(talk, desk), said, headers={"HX-Request": "true"}).headers["HX-Redirect"]
    assert (way == wanted) == leads


def test_a_note_is_written_on_the_conversation_edited_and_deleted_by_who_wrote_it(talk, desk, client_of):
    desk.post(reverse("review:write_note", args=[talk.public_id]), {"text": " First <i>words</i> "})
    note = Note.objects.get()
    assert (note.text, note.message) == ("First <i>words</i>", None)
    assert "First &lt;i&gt;words" in desk.get(page_of(talk)).content.decode()

    address = reverse("review:change_note", args=[talk.public_id, note.public_id])
    assert client_of(make_reviewer("ravi")).post(address, {"text": "Not mine"}).status_code == 404
    for headers in ({}, {"HX-Request": "true"}):
        assert "First &lt;i&gt;words" in desk.get(address, headers=headers).content.decode()
    assert desk.post(address, {"text": " "}).status_code == 422
    desk.post(address, {"text": "Second"})
    note.refresh_from_db()
    assert note.text == "Second"
    assert note.edited_at
    desk.post(address, {"delete": "1"})
    assert not Note.objects.exists()


def test_a_note_on_a_passage_keeps_its_words_and_what_stands_around_them(talk, desk):
    address = reverse("review:note_message", args=[talk.public_id, talk.leaf.public_id])
    form = desk.get(
        address, {"quote": "mostly; and crabs", "prefix": "Fish, "}, headers={"HX-Request": "true"}
    )
    assert "mostly; and crabs" in form.content.decode()
    assert "<html" not in form.content.decode()

    said = {"quote": "mostly; and  crabs", "prefix": "Fish, ", "suffix": " & urchins", "text": "True?"}
    part = desk.post(address, said, headers={"HX-Request": "true"}).content.decode()

    note = Note.objects.get()
    assert (note.message, note.prefix, note.suffix) == (talk.leaf, "Fish,", "& urchins")
    assert f'id="notes-{talk.leaf.public_id}"' in part
    assert "True?" in part


def test_a_passage_that_does_not_stand_in_the_message_is_refused_and_the_note_kept_in_the_form(talk, desk):
    address = reverse("review:note_message", args=[talk.public_id, talk.leaf.public_id])
    response = desk.post(address, {"quote": "I hate otters", "text": "Kept words"})
    assert response.status_code == 422
    assert "does not stand in the message" in response.content.decode()
    assert "Kept words" in response.content.decode()
    assert not Note.objects.exists()


@pytest.mark.parametrize("text", ["", "  \0 ", "x" * 4_001])
def test_a_note_without_words_or_with_too_many_is_refused(text, talk, rita):
    with pytest.raises(Refusal):
        write_note(talk, author=rita, text=text)


def test_a_passage_goes_with_a_message_alone(talk, rita):
    note = write_note(talk, author=rita, text="All", passage=Passage.of("Fish"))
    assert note.quote == ""
    delete_note(note)
    with pytest.raises(Refusal):
        write_note(talk, author=rita, text="All", message=talk.leaf, passage=Passage.of("x" * 1_001))
    assert notes.words_of_note("a\r\nb\ud800") == "a\nb"


def test_a_reply_reaches_its_owner_who_marks_it_as_read(talk, desk, client_of, ada):
    text = "Please <b>do not</b> share keys."
    desk.post(reverse("review:reply", args=[talk.public_id]), {"text": text})

    mine = client_of(ada)
    page = mine.get(f"/c/{talk.public_id}/").content.decode()
    assert "Please &lt;b&gt;do not&lt;/b&gt; share keys." in page
    assert "rita" in page
    assert "A reviewer wrote to you" in mine.get("/").content.decode()
    assert "(a reviewer wrote to you)" in mine.get("/").content.decode()
    desk_page = desk.get(page_of(talk)).content.decode()
    assert "not read yet" in desk_page

    mine.post(reverse("conversations:read_reply", args=[Reply.objects.get().public_id]))
    assert Reply.objects.get().read_at
    assert "wrote to you" not in mine.get("/").content.decode()
    assert text.rsplit(maxsplit=1)[-1] in mine.get(f"/c/{talk.public_id}/").content.decode()


def test_an_empty_reply_is_refused_and_nothing_is_sent(talk, desk):
    response = desk.post(reverse("review:reply", args=[talk.public_id]), {"text": " "})
    assert response.status_code == 422
    assert not Reply.objects.exists()


def test_a_conversation_takes_its_verdicts_notes_and_replies_along(talk, rita):
    give_verdict(talk, reviewer=rita, opinion=opinion("reviewed", make_label("Spam")))
    write_note(talk, author=rita, text="Hm", message=talk.leaf)
    from conversations.services.trash import delete_for_ever

    Conversation.objects.filter(pk=talk.pk).update(deleted_at=talk.created_at)
    delete_for_ever(Conversation.objects.get(pk=talk.pk))

    assert not Verdict.objects.exists()
    assert not Note.objects.exists()


def test_who_left_stays_a_reviewer_without_a_name(talk, desk, rita):
    from accounts.leaving import forget

    ravi = make_reviewer("ravi")
    give_verdict(talk, reviewer=ravi, opinion=Opinion("attention"))
    give_verdict(talk, reviewer=rita, opinion=Opinion("reviewed"))
    forget(ravi)

    page = desk.get(page_of(talk)).content.decode()
    assert "Somebody who has left" in page
    assert "ravi" not in page


def test_the_panel_takes_as_many_queries_whatever_was_said(talk, desk, django_assert_max_num_queries, rita):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(page_of(talk))
        return len(asked)

    give_verdict(talk, reviewer=rita, opinion=opinion("reviewed", make_label("A")))
    write_note(talk, author=rita, text="Hm", message=talk.leaf)
    before = queries()
    score = make_score("Help", Scale.FIVE)
    for number in range(4):
        person = make_reviewer(f"r{number}")
        label = make_label(f"L{number}")
        give_verdict(talk, reviewer=person, opinion=Opinion("reviewed", [label], [score.steps.all()[number]]))
        write_note(talk, author=person, text="Hm", message=talk.leaf)

    assert queries() <= before + 3  # steps, stickers and placements have rows now


def test_a_scale_brings_its_steps_and_an_administrator_defines_labels(client_of):
    root = make_user("root", is_staff=True)
    give_roles(root, {Role.ADMINISTRATOR})
    office = client_of(root)
    empty = {"steps-TOTAL_FORMS": "0", "steps-INITIAL_FORMS": "0"}

    office.post(reverse("admin:review_score_add"), {"name": "Help", "scale": "five", **empty})
    office.post(reverse("admin:review_label_add"), {"name": "Spam", "colour": "danger"})

    assert [step.name for step in Score.objects.get().steps.all()] == ["1", "2", "3", "4", "5"]
    assert Label.objects.get().colour == "danger"
    yes = Score.objects.create(name="Safe", scale=Scale.YES_NO)
    fill_steps(yes)
    fill_steps(yes)
    assert [step.name for step in yes.steps.all()] == ["Yes", "No"]


def test_the_administration_shows_no_word_of_a_note(talk, client_of, rita):
    write_note(talk, author=rita, text="Whispered", message=talk.leaf, passage=Passage.of("mostly"))
    office = client_of(make_user("above", is_staff=True, is_superuser=True))
    note = Note.objects.get()
    for address in (
        reverse("admin:review_note_changelist"),
        reverse("admin:review_note_change", args=[note.pk]),
    ):
        page = office.get(address).content.decode()
        assert "rita" in page
        assert "Whispered" not in page
        assert "mostly" not in page
