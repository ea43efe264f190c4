import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from conversations.models import ChatModel, Conversation, Generation
from conversations.services.asking import continue_answer
from conversations.services.sending import rebuild
from tests.conversations.streaming.site import asked, asked_again, ended, reload, running
from tests.fakes import FakeServer, sample, says

pytestmark = pytest.mark.django_db(transaction=True)


async def two_answers(server: FakeServer, owner: User) -> tuple[Generation, Generation]:
    """A conversation of two questions; the system prompt is set between them."""
    async with running(server):
        first = await ended(await asked(owner, "What do otters eat?"))
        await Conversation.objects.aupdate(system_prompt="Be brief.")
        conversation = await Conversation.objects.select_related("owner").aget()
        return first, await ended(await asked_again(conversation, "And sea otters?"))


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
