"""A link leads to the branch as it was, and to nothing that only its owner sees."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conversations.models import Message, Scope, Share, Status
from conversations.services.errors import Conflict, Refusal, TooMany
from conversations.services.sharing import LINKS_AT_MOST, build_shared, revoke_share, share_conversation
from tests.factories import add_answer, add_question, make_conversation, make_share, make_user

DAY = timedelta(days=1)


def said(share: Share) -> list[str]:
    return [entry.message.text for entry in build_shared(share)]


def share_of(conversation, **fields) -> Share:
    return share_conversation(conversation, **{"scope": Scope.PEOPLE, "lasts": None, **fields})


def test_what_comes_later_is_not_shown(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    share = share_of(conversation)

    question = add_question(conversation, conversation.leaf, "My address is secret.")
    conversation.move_to(add_answer(conversation, question, "I see."))
    conversation.title = "My address"
    conversation.save()

    assert said(share) == ["What do otters eat?", "Fish."]
    assert Share.objects.get().heading == "What do otters eat?"


def test_other_versions_are_neither_shown_nor_told_of(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    add_answer(conversation, conversation.leaf.parent, "Crabs.")

    entries = build_shared(share_of(conversation))

    assert [entry.message.text for entry in entries] == ["What do otters eat?", "Fish."]
    assert {(entry.number, entry.count, entry.previous, entry.next) for entry in entries} == {
        (1, 1, None, None)
    }


def test_thoughts_are_not_shown(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    Message.objects.filter(pk=conversation.leaf.pk).update(reasoning="She asked that before.")

    assert {entry.reasoning for entry in build_shared(share_of(conversation))} == {""}


def test_an_answer_without_words_is_left_out(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    question = add_question(conversation, conversation.leaf, "And badgers?")
    conversation.move_to(add_answer(conversation, question, "", status=Status.FAILED, problem="funds"))

    assert said(share_of(conversation)) == ["What do otters eat?", "Fish.", "And badgers?"]


class ABranch(TestCase):
    """A property: whatever is written after it, a share shows what stood there."""

    @given(st.lists(st.sampled_from(["ask", "again", "edit", "share"]), max_size=8))
    def test_is_shown_as_it_was(self, steps):
        conversation = make_conversation(make_user("ada"), "Begun", "Well.")
        shares = [(share_of(conversation), ["Begun", "Well."])]
        shown = ["Begun", "Well."]
        for number, step in enumerate(steps):
            leaf = conversation.leaf
            if step == "ask":
                question = add_question(conversation, leaf, f"Question {number}")
                conversation.move_to(add_answer(conversation, question, f"Answer {number}"))
                shown = [*shown, f"Question {number}", f"Answer {number}"]
            elif step == "again":
                conversation.move_to(add_answer(conversation, leaf.parent, f"Answer {number}"))
                shown = [*shown[:-1], f"Answer {number}"]
            elif step == "edit":
                question = add_question(conversation, leaf.parent.parent, f"Question {number}")
                conversation.move_to(add_answer(conversation, question, f"Answer {number}"))
                shown = [*shown[:-2], f"Question {number}", f"Answer {number}"]
            else:
                shares.append((share_of(conversation), shown))

        for share, expected in shares:
            assert said(share) == expected


def test_a_running_answer_is_not_shared(ada):
    conversation = make_conversation(ada, "What do otters eat?", "")
    conversation.leaf.generation.status = Status.RUNNING

    with pytest.raises(Conflict, match="still being written"):
        share_of(conversation)


def test_nobody_shares_what_they_have_not_seen(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    seen = conversation.leaf.parent.public_id

    with pytest.raises(Conflict, match="went on elsewhere"):
        share_of(conversation, seen=seen)
    assert share_of(conversation, seen=conversation.leaf.public_id)


def test_an_empty_conversation_is_not_shared(ada):
    with pytest.raises(Refusal, match="nothing to share"):
        share_of(make_conversation(ada))


def test_the_links_of_a_conversation_are_bounded(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    for _ in range(LINKS_AT_MOST):
        last = make_share(conversation)

    with pytest.raises(TooMany, match="End one"):
        share_of(conversation)
    revoke_share(last)
    assert share_of(conversation)


def test_tokens_are_long_and_of_a_kind(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    tokens = {make_share(conversation).token for _ in range(20)}

    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}  # 256 bits, six a letter


def opens() -> bool:
    return Share.objects.living().exists()


def test_a_link_lives_until_it_expires_is_revoked_or_its_conversation_or_owner_goes(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    share = share_of(conversation, lasts=DAY)
    assert opens()

    with time_machine.travel(timezone.now() + DAY):
        assert not opens()
    conversation.deleted_at = timezone.now()
    conversation.save()
    assert not opens()
    conversation.deleted_at = None
    conversation.save()
    ada.is_active = False
    ada.save()
    assert not opens()
    ada.is_active = True
    ada.save()
    assert opens()
    revoke_share(share)
    assert not opens()


def test_what_a_link_shows_costs_the_same_however_long(ada, django_assert_num_queries):
    short = share_of(make_conversation(ada, "Hi", "Ho"))
    long = share_of(make_conversation(ada, *["Hi", "Ho"] * 30))

    for share in (short, long):
        with django_assert_num_queries(2):
            build_shared(share)
