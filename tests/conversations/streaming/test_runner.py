import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from conversations.models import ChatModel, Chunk, Conversation, Generation, Problem, Status
from conversations.rendering import ON_READ, render_plain
from conversations.services.asking import continue_answer, stop_answer
from conversations.services.keeping import delete_conversation
from conversations.services.sending import rebuild
from conversations.services.transcript import html_of
from conversations.streaming import ledger, live
from conversations.streaming import runner as runner_module
from conversations.streaming.claims import Capacity
from conversations.streaming.ending import store_what_arrived
from tests.conversations.streaming.site import PATIENCE_S, asked, asked_again, ended, reload, running, until
from tests.factories import make_conversation, make_user
from tests.fakes import HANG, FakeServer, Reply, chunk, event, fails, sample, says, usage

pytestmark = pytest.mark.django_db(transaction=True)


async def first_chunk(generation: Generation) -> Chunk:
    while (chunk := await Chunk.objects.filter(generation=generation).afirst()) is None:
        await asyncio.sleep(0.02)
    return chunk


async def two_answers(server: FakeServer, owner: User) -> tuple[Generation, Generation]:
    """A conversation of two questions; the system prompt is set between them."""
    async with running(server):
        first = await ended(await asked(owner, "What do otters eat?"))
        await Conversation.objects.aupdate(system_prompt="Be brief.")
        conversation = await Conversation.objects.select_related("owner").aget()
        return first, await ended(await asked_again(conversation, "And sea otters?"))


@pytest.fixture
def ada(transactional_db):
    return make_user("ada")


async def test_an_answer_is_asked_for_stored_and_its_chunks_are_gone(ada):
    server = FakeServer(says("Hello", ", *Ada*", "."))
    async with running(server):
        generation = await ended(await asked(ada))

    assert generation.status == Status.DONE
    assert generation.problem == ""
    assert generation.message.text == "Hello, *Ada*."
    assert (generation.message.html, generation.message.renderer_version) == ("", ON_READ)
    assert generation.owner == ""
    assert await Chunk.objects.acount() == 0
    assert (generation.prompt_tokens, generation.completion_tokens) == (10, 5)
    assert generation.model_answered == "fake/model"
    assert generation.started_at <= generation.first_token_at <= generation.finished_at


async def test_the_branch_is_sent_in_order_with_the_system_prompt(ada):
    server = FakeServer(says("Fish."), says("Urchins."))
    first, _ = await two_answers(server, ada)

    sent = server.requests[-1].body["messages"]
    assert [(message["role"], message["content"]) for message in sent] == [
        ("system", "Be brief."),
        ("user", "What do otters eat?"),
        ("assistant", first.message.text),
        ("user", "And sea otters?"),
    ]


async def test_an_answer_that_was_cut_goes_on_where_it_stopped_as_another_version(ada):
    server = FakeServer(says("Otters eat fi", finish="length"), says("sh and crabs."))
    async with running(server):
        cut = await ended(await asked(ada, "What do otters eat?"))
        longer = await ended((await sync_to_async(continue_answer)(cut.message)).generation)

    assert longer.message.text == "Otters eat fish and crabs."
    assert longer.message.parent_id == cut.message.parent_id
    assert (await reload(cut)).message.text == "Otters eat fi"
    sent = server.requests[-1].body["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"] == "Otters eat fi"
    assert "exactly where it stops" in sent[2]["content"]
    request = await sync_to_async(rebuild)(longer)
    assert request is not None
    assert request.body() == server.requests[1].content


async def test_what_was_sent_can_be_rebuilt_and_proved(ada):
    server = FakeServer(says("Fish."))
    async with running(server):
        generation = await ended(await asked(ada, "What do otters eat?"))

    request = await sync_to_async(rebuild)(generation)
    assert request is not None
    assert request.body() == server.requests[0].content

    await generation.conversation.messages.filter(role="user").aupdate(text="What do otters drink?")
    assert await sync_to_async(rebuild)(generation) is None


async def test_what_was_sent_is_proved_with_the_system_prompt_of_its_time(ada):
    server = FakeServer(says("Fish."), says("Urchins."))
    first, second = await two_answers(server, ada)
    await Conversation.objects.aupdate(system_prompt="Be long.", parameters={"temperature": 1})

    for generation, request in zip([first, second], server.requests, strict=True):
        rebuilt = await sync_to_async(rebuild)(generation)
        assert rebuilt is not None
        assert rebuilt.body() == request.content


@pytest.mark.parametrize(
    "reply", [says("Fish."), sample("error_400_validation.json")], ids=["answered", "refused"]
)
async def test_what_was_sent_is_proved_after_its_system_prompt_was_moved(ada, reply):
    server = FakeServer(sample("error_400_system_role.json"), reply)
    async with running(server):
        generation = await asked(ada, "What do otters eat?", system_prompt="Be brief.")
        generation = await ended(generation)

    rebuilt = await sync_to_async(rebuild)(generation)
    assert rebuilt is not None
    assert server.requests[-1].content != server.requests[0].content
    assert rebuilt.body() == server.requests[-1].content


async def test_words_are_stored_while_they_come(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)
        stored = await asyncio.wait_for(first_chunk(generation), PATIENCE_S)

    assert (stored.kind, stored.position, stored.text) == ("answer", 0, "Half a")


async def test_stop_keeps_the_text_and_closes_the_upstream(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)
        await sync_to_async(stop_answer)(generation)
        generation = await ended(generation)
        assert server.open == 0

    assert generation.status == Status.STOPPED
    assert generation.message.text == "Half a"


async def test_stop_before_the_first_word_works_at_once(ada):
    server = FakeServer(Reply([HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(server.requests))
        await sync_to_async(stop_answer)(generation)
        generation = await ended(generation)

    assert (generation.status, generation.message.text) == (Status.STOPPED, "")


async def test_stop_between_the_claim_and_the_first_step_ends_the_answer(ada):
    async with running(FakeServer(Reply([HANG]))) as runner:
        generation = await asked(ada)
        while generation.pk not in runner.runs:
            await asyncio.sleep(0)
        runner._heard("stop", generation.pk)
        generation = await ended(generation)

    assert generation.status == Status.STOPPED
    assert not runner.runs


async def test_deleting_the_conversation_stops_its_answer(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)
        await sync_to_async(delete_conversation)(generation.conversation)
        assert (await ended(generation)).status == Status.STOPPED
        assert server.open == 0


async def test_closing_the_account_stops_its_answer(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)
        await User.objects.filter(pk=ada.pk).aupdate(is_active=False)
        generation = await ended(generation)
        assert server.open == 0

    assert (generation.status, generation.message.text) == (Status.STOPPED, "Half a")


@pytest.mark.parametrize(
    ("reply", "status", "problem", "text"),
    [
        (fails(401), Status.FAILED, Problem.KEY, ""),
        (fails(404), Status.FAILED, Problem.MODEL_GONE, ""),
        (says(""), Status.FAILED, Problem.EMPTY, ""),
        (says("Cut", finish="length"), Status.DONE, Problem.CUT_SHORT, "Cut"),
        (says("", finish="length"), Status.FAILED, Problem.CUT_SHORT, ""),
        (Reply([chunk("No"), chunk("", finish="content_filter")]), Status.DONE, Problem.FILTERED, "No"),
        (Reply([chunk("Half a")]), Status.INTERRUPTED, Problem.BROKEN_OFF, "Half a"),
        (Reply([]), Status.FAILED, Problem.NO_ANSWER, ""),
        (Reply([b"x" * 2_000_000]), Status.FAILED, Problem.NO_ANSWER, ""),
        (
            Reply([chunk("Half a"), event({"error": {"code": 502, "message": "secret"}})]),
            Status.INTERRUPTED,
            Problem.UPSTREAM,
            "Half a",
        ),
    ],
)
async def test_every_ending_has_its_status_and_its_sentence(ada, reply, status, problem, text):
    async with running(FakeServer(reply)):
        generation = await ended(await asked(ada))

    assert (generation.status, generation.problem, generation.message.text) == (status, problem, text)
    assert generation.get_problem_display()


async def test_reasoning_is_kept_apart_from_the_answer(ada):
    server = FakeServer(Reply([chunk(reasoning="Hm. "), chunk("42"), chunk("", finish="stop"), usage()]))
    async with running(server):
        generation = await ended(await asked(ada))

    assert (generation.message.reasoning, generation.message.text) == ("Hm. ", "42")


async def test_the_start_ends_what_a_killed_process_left_and_keeps_its_text(ada):
    generation = await asked(ada)
    await Generation.objects.filter(pk=generation.pk).aupdate(status=Status.RUNNING, owner="gone", fence=1)
    for position, text in [(0, "What "), (5, "arrived"), (20, "beyond a gap")]:
        await Chunk.objects.acreate(generation=generation, kind="answer", position=position, text=text)

    async with running(FakeServer()):
        generation = await reload(generation)

    assert (generation.status, generation.problem) == (Status.INTERRUPTED, Problem.PROCESS_GONE)
    assert generation.message.text == "What arrived"
    assert await Chunk.objects.acount() == 0


async def test_what_was_queued_when_the_process_died_is_answered_by_the_next(ada):
    generation = await asked(ada)
    async with running(FakeServer(says("Late, but here."))):
        generation = await ended(generation)

    assert generation.message.text == "Late, but here."


async def test_an_end_of_the_process_interrupts_and_keeps_the_text(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)

    generation = await reload(generation)
    assert (generation.status, generation.problem) == (Status.INTERRUPTED, Problem.PROCESS_GONE)
    assert generation.message.text == "Half a"
    assert not live.running


async def test_grace_ends_when_somebody_insists(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server) as runner:
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)
        draining = asyncio.create_task(runner.drain(grace_s=60))
        await asyncio.sleep(0.05)
        assert not draining.done()
        runner.interrupt()
        await asyncio.wait_for(draining, PATIENCE_S)

    generation = await reload(generation)
    assert (generation.status, generation.problem) == (Status.INTERRUPTED, Problem.PROCESS_GONE)
    assert generation.message.text == "Half a"


async def test_a_lost_lease_stops_the_writing(ada):
    server = FakeServer(Reply([chunk("Mine"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 4)
        await Generation.objects.filter(pk=generation.pk).aupdate(owner="another", fence=7)
        await until(lambda: server.open == 0)
        generation = await reload(generation)

    assert (generation.owner, generation.message.text) == ("another", "")


async def test_an_answer_in_the_making_outlives_a_lapsed_lease(ada, monkeypatch):
    monkeypatch.setattr(runner_module, "SWEEP_EVERY_S", 0.0)
    monkeypatch.setattr(ledger, "FLUSH_EVERY_S", 60.0)
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(live.running) and next(iter(live.running.values())).characters == 6)
        await Generation.objects.filter(pk=generation.pk).aupdate(lease_until=timezone.now() - timedelta(1))
        await asyncio.sleep(0.2)
        assert (await reload(generation)).status == Status.RUNNING


def test_what_a_dead_process_left_is_plain_when_it_takes_too_long_to_render(ada, no_time_to_render):
    answer = make_conversation(ada, "Otters?", "").leaf
    Chunk.objects.create(generation=answer.generation, kind="answer", position=0, text="**Half** a")

    store_what_arrived(answer.generation, Problem.PROCESS_GONE)

    answer.refresh_from_db()
    assert (html_of(answer), answer.plain) == (render_plain("**Half** a"), True)


async def test_a_person_has_three_answers_at_once_and_the_fourth_waits(ada):
    server = FakeServer(Reply([chunk("…"), HANG]))
    async with running(server, capacity=Capacity(per_person=3, at_once=50)):
        generations = [await asked(ada, f"Question {n}") for n in range(4)]
        await until(lambda: len(live.running) == 3)
        await asyncio.sleep(0.1)
        assert len(live.running) == 3
        assert (await reload(generations[3])).status == Status.QUEUED

        await sync_to_async(stop_answer)(generations[0])
        await until(lambda: generations[3].pk in live.running)


async def test_the_site_has_a_limit_for_all(ada):
    bob = await sync_to_async(make_user)("bob")
    async with running(FakeServer(Reply([HANG])), capacity=Capacity(per_person=3, at_once=1)):
        await asked(ada)
        waiting = await asked(bob)
        await until(lambda: len(live.running) == 1)
        await asyncio.sleep(0.1)
        assert (await reload(waiting)).status == Status.QUEUED


async def test_a_title_is_asked_for_after_the_first_answer_and_is_on_record(ada):
    server = FakeServer(says("Rayleigh scattering."), says('"Why the sky is blue."'))
    async with running(server, titles=True):
        generation = await ended(await asked(ada, "Why is the sky blue?"))
        title = await Generation.objects.aget(purpose="title")
        await ended(title)
        await generation.conversation.arefresh_from_db()

    assert generation.conversation.title == "Why the sky is blue"
    assert server.requests[1].body["max_tokens"] == 40
    assert title.conversation_id == generation.conversation_id


async def test_a_title_that_its_owner_wrote_stays(ada):
    server = FakeServer(says("Hi."), says("The model's title"))
    async with running(server, titles=True):
        generation = await asked(ada)
        await Conversation.objects.aupdate(title="My own", title_by_person=True)
        await ended(generation)
        await asyncio.sleep(0.1)
        await generation.conversation.arefresh_from_db()

    assert generation.conversation.title == "My own"
    assert len(server.requests) == 1


async def test_the_model_s_ratio_of_characters_to_tokens_is_learned(ada):
    question = "x" * 3_000
    server = FakeServer(Reply([chunk("ok"), chunk("", finish="stop"), usage(prompt=1_000)]))
    async with running(server):
        await ended(await asked(ada, question))
        await until(lambda: not live.running)
        await asyncio.sleep(0.1)

    model = await ChatModel.objects.aget()
    assert model.characters_per_token == pytest.approx(0.8 * 3.5 + 0.2 * 3.0)


async def test_a_bug_of_ours_fails_one_answer_and_not_the_site(ada):
    broken = await asked(ada)
    await Generation.objects.filter(pk=broken.pk).aupdate(model_asked="a row that is gone")
    async with running(FakeServer(says("Second."))):
        first = await ended(broken)
        second = await ended(await asked(ada))

    assert (first.status, first.problem) == (Status.FAILED, Problem.INTERNAL)
    assert (second.status, second.message.text) == (Status.DONE, "Second.")


async def test_a_model_that_keeps_prompts_is_sent_marks_and_the_request_can_be_proved(ada):
    server = FakeServer(says("Fish."), says("Urchins."))
    async with running(server):
        await ended(await asked(ada, "What do otters eat?"))
        await ChatModel.objects.aupdate(caches_prompts=True)
        conversation = await Conversation.objects.select_related("owner").aget()
        generation = await ended(await asked_again(conversation, "And sea otters?"))

    assert b"cache_control" in server.requests[1].content
    request = await sync_to_async(rebuild)(generation)
    assert request is not None
    assert request.body() == server.requests[1].content
