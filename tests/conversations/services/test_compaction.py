"""A summary in place of the beginning: what the model then reads, and that nothing is lost by it."""

import pytest
from asgiref.sync import sync_to_async

from conversations.models import ChatModel, Generation, Purpose, Status, Summary
from conversations.services.compaction import (
    edit_summary,
    keep_summary,
    remove_summary,
    summarise,
    summary_for,
)
from conversations.services.errors import Conflict, Refusal
from conversations.services.sending import rebuild
from conversations.services.sight import sight_of
from conversations.services.transcript import build_entries
from tests.conversations.streaming.site import asked_again, ended, running
from tests.factories import make_conversation, make_user
from tests.fakes import FakeServer, says


def numbered(owner, count):
    return make_conversation(owner, *[f"Turn {number}." for number in range(count)])


def summed_up(conversation, text="They counted."):
    summary = summarise(conversation)
    Generation.objects.filter(pk=summary.generation.pk).update(status=Status.DONE)
    summary.generation.refresh_from_db()
    keep_summary(summary.generation, text)
    summary.refresh_from_db()
    return summary


def test_all_but_the_newest_is_summed_up_and_the_rest_begins_with_a_question(ada):
    conversation = numbered(ada, 10)

    summary = summed_up(conversation)

    assert summary.upto.text == "Turn 5."
    sight = sight_of(conversation, conversation.leaf, conversation.model)
    assert sight.length == 4
    assert sight.is_whole
    assert sight.system.endswith("They counted.")
    assert [entry.forgotten for entry in build_entries(conversation)] == [True] * 6 + [False] * 4
    assert not any(entry.window_starts for entry in build_entries(conversation))


def test_a_conversation_whose_last_question_has_no_answer_is_summed_up_too(ada):
    conversation = numbered(ada, 9)

    assert summed_up(conversation).upto.text == "Turn 3."


def test_a_short_conversation_has_nothing_to_sum_up(ada):
    with pytest.raises(Refusal, match="too little"):
        summarise(numbered(ada, 4))


def test_two_summaries_are_not_written_at_once_nor_the_same_again(ada):
    conversation = numbered(ada, 10)
    summary = summarise(conversation)
    with pytest.raises(Conflict):
        summarise(conversation)
    summary.generation.delete()
    Summary.objects.filter(pk=summary.pk).update(text="Done.")

    with pytest.raises(Refusal, match="already"):
        summarise(conversation)


def test_a_summary_that_failed_changes_nothing_and_can_be_asked_for_again(ada):
    conversation = numbered(ada, 10)
    summary = summarise(conversation)
    Generation.objects.filter(pk=summary.generation.pk).update(status=Status.FAILED)
    summary.generation.refresh_from_db()
    keep_summary(summary.generation, "Half of")

    assert summary_for(conversation, conversation.leaf) is None
    assert sight_of(conversation, conversation.leaf, conversation.model).length == 10
    assert summarise(conversation).upto == summary.upto


def test_a_summary_can_be_changed_and_taken_back(ada):
    conversation = numbered(ada, 10)
    summary = summed_up(conversation)

    edit_summary(summary, text="They counted to five.")
    assert summary_for(conversation, conversation.leaf).text == "They counted to five."
    with pytest.raises(Refusal, match="needs words"):
        edit_summary(summary, text=" \n")
    remove_summary(summary)

    assert sight_of(conversation, conversation.leaf, conversation.model).length == 10


def test_another_branch_is_not_summed_up_with_it(ada):
    conversation = numbered(ada, 10)
    summed_up(conversation)
    beginning = conversation.messages.get(text="Turn 0.")
    other = conversation.messages.create(parent=beginning, position=1, role="assistant", text="Other.")

    assert summary_for(conversation, other) is None


def test_what_lies_far_above_the_window_is_still_summed_up(ada):
    conversation = numbered(ada, 60)
    summary = summarise(conversation)
    Summary.objects.filter(pk=summary.pk).update(
        text="They counted.", upto=conversation.messages.get(text="Turn 5.")
    )
    ChatModel.objects.update(context_window=400, output_limit=10, characters_per_token=1.0)

    sight = sight_of(conversation, conversation.leaf, ChatModel.objects.get())

    assert sight.summary is not None
    assert not sight.is_whole
    assert sight.length < 54


@pytest.mark.django_db(transaction=True)
async def test_the_model_is_asked_for_a_summary_and_then_reads_it_and_the_request_can_be_proved(
    transactional_db,
):
    ada = await sync_to_async(make_user)("ada")
    conversation = await sync_to_async(numbered)(ada, 10)
    server = FakeServer(says("They counted to five."), says("Eleven."))
    async with running(server):
        summary = await sync_to_async(summarise)(conversation)
        asked = await ended(summary.generation)
        answer = await ended(await asked_again(conversation, "And now?"))

    first, second = (request.body["messages"] for request in server.requests)
    assert first[0]["content"].startswith("You sum up conversations")
    assert "Assistant: Turn 5." in first[1]["content"]
    assert "Turn 6." not in first[1]["content"]
    assert asked.purpose == Purpose.SUMMARY
    assert second[0]["content"].endswith("They counted to five.")
    assert [message["content"] for message in second[1:]] == [
        "Turn 6.",
        "Turn 7.",
        "Turn 8.",
        "Turn 9.",
        "And now?",
    ]
    for generation, request in zip((asked, answer), server.requests, strict=True):
        rebuilt = await sync_to_async(rebuild)(generation)
        assert rebuilt is not None
        assert rebuilt.body() == request.content
