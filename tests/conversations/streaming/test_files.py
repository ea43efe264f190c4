"""What of attached files reaches the wire, and that it can be proved afterwards."""

from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from conversations.models import ChatModel, Conversation, Generation, Kind, Message
from conversations.services.asking import ask, edit_message, regenerate
from conversations.services.attachments.keeping import accept_upload, delete_file
from conversations.services.attachments.limits import FileLimits
from conversations.services.sending import rebuild
from tests.conversations.streaming.site import asked, ended, running
from tests.factories import make_model
from tests.fakes import FakeServer, says
from tests.files import pdf, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

IMAGE = "data:image/png;base64,"
PDF = "data:application/pdf;base64,"


@pytest.fixture(autouse=True)
def takes_all(settings):
    settings.LLM_MODEL, settings.LLM_TAKES = "test-model", ["image", "pdf", "text"]


@sync_to_async
def kept(owner, *files):
    return [
        accept_upload(owner, upload(data, name), limits=FileLimits(), takes=frozenset(Kind))
        for name, data in files
    ]


@sync_to_async
def is_proved(generation, server, number=-1) -> bool:
    request = rebuild(generation)
    return request is not None and request.body() == server.requests[number].content


async def test_an_image_a_pdf_and_a_text_reach_the_model_as_its_contract_says(ada):
    server = FakeServer(says("I see."))
    files = await kept(ada, ("a.png", picture()), ("b.pdf", pdf("Fish.")), ("c.py", b"print(1)"))
    async with running(server):
        generation = await ended(await asked(ada, "What is this?", files=files))

    (message,) = server.requests[0].body["messages"]
    image, document, code, words = message["content"]
    assert message["role"] == "user"
    assert image["type"] == "image_url"
    assert image["image_url"]["url"].startswith(IMAGE)
    assert document["file"]["filename"] == "b.pdf"
    assert document["file"]["file_data"].startswith(PDF)
    assert code == {"type": "text", "text": "File “c.py”:\n```py\nprint(1)\n```"}
    assert words == {"type": "text", "text": "What is this?"}
    assert await is_proved(generation, server)


async def test_a_model_of_the_other_family_gets_its_own_blocks(ada):
    await sync_to_async(make_model)()
    await ChatModel.objects.aupdate(dialect="anthropic")
    server = FakeServer(says("I see."))
    files = await kept(ada, ("a.png", picture()), ("b.pdf", pdf("Fish.")))
    async with running(server):
        await ended(await asked(ada, "What is this?", files=files))

    image, document, _ = server.requests[0].body["messages"][0]["content"]
    assert (image["type"], image["source"]["media_type"]) == ("image", "image/png")
    assert (document["type"], document["source"]["media_type"]) == ("document", "application/pdf")


async def test_text_alone_is_a_plain_string(ada):
    server = FakeServer(says("I see."))
    files = await kept(ada, ("c.py", b"print(1)"))
    async with running(server):
        generation = await ended(await asked(ada, "What is this?", files=files))

    (message,) = server.requests[0].body["messages"]
    assert message["content"] == "File “c.py”:\n```py\nprint(1)\n```\n\nWhat is this?"
    assert await is_proved(generation, server)


async def test_a_model_that_reads_text_alone_is_told_what_it_does_not_see(ada, settings):
    settings.LLM_TAKES = ["text"]
    server = FakeServer(says("I see."))
    files = await kept(ada, ("a.png", picture()), ("b.pdf", pdf("Fish.")))
    async with running(server):
        generation = await ended(await asked(ada, "What is this?", files=files))

    (message,) = server.requests[0].body["messages"]
    assert isinstance(message["content"], str)
    assert "a.png” was attached, but this model cannot read it" in message["content"]
    assert "```\nFish.\n```" in message["content"]
    assert await is_proved(generation, server)


async def test_the_files_of_earlier_messages_are_sent_again_and_an_edit_keeps_them(ada):
    server = FakeServer(says("I see."))
    files = await kept(ada, ("a.png", picture()))
    async with running(server):
        first = await ended(await asked(ada, "What is this?", files=files))
        conversation = await Conversation.objects.select_related("owner").aget()
        await ended(
            await sync_to_async(lambda: ask(conversation, text="Sure?", key=uuid4()).answer.generation)()
        )
        again = await ended(await sync_to_async(lambda: regenerate(answer_of(first)).generation)())
        edited = await ended(await sync_to_async(lambda: edited_answer(first).generation)())

    for request in server.requests:
        assert request.body["messages"][0]["content"][0]["image_url"]["url"].startswith(IMAGE)
    assert server.requests[1].body["messages"][2] == {"role": "user", "content": "Sure?"}
    assert await is_proved(first, server, 0)
    assert await is_proved(again, server, 2)
    assert await is_proved(edited, server, 3)


def answer_of(generation) -> Message:
    return Message.objects.select_related("conversation__owner", "parent").get(generation=generation)


def edited_answer(generation) -> Message:
    question = Message.objects.select_related("conversation__owner", "parent").get(
        pk=answer_of(generation).parent_id
    )
    return edit_message(question, text="What is that?", key=uuid4()).answer


async def test_once_a_file_is_deleted_nothing_is_claimed_of_what_was_sent(ada):
    server = FakeServer(says("I see."))
    files = await kept(ada, ("a.png", picture()))
    async with running(server):
        first = await ended(await asked(ada, "What is this?", files=files))
        await sync_to_async(delete_file)(files[0])
        conversation = await Conversation.objects.select_related("owner").aget()
        later = await ended(
            await sync_to_async(lambda: ask(conversation, text="And now?", key=uuid4()).answer.generation)()
        )

    assert await sync_to_async(rebuild)(first) is None
    assert (
        "a.png” was attached, and has been deleted since" in server.requests[1].body["messages"][0]["content"]
    )
    assert await is_proved(later, server)


async def test_files_without_words_are_sent_and_the_title_is_asked_for_by_their_names(ada):
    server = FakeServer(says("I see."), says("A picture."))
    files = await kept(ada, ("a.png", picture()))
    async with running(server, titles=True):
        generation = await ended(await asked(ada, "", files=files))
        await ended(await Generation.objects.aget(purpose="title"))

    (message,) = server.requests[0].body["messages"]
    assert [part["type"] for part in message["content"]] == ["image_url"]
    assert "Question: [a.png]" in server.requests[1].body["messages"][0]["content"]
    assert await is_proved(generation, server, 0)


async def test_a_model_that_cannot_see_is_told_of_a_picture_that_was_sent_without_words(ada, settings):
    server = FakeServer(says("I see."), says("I do not."))
    files = await kept(ada, ("a.png", picture()))
    async with running(server):
        generation = await ended(await asked(ada, "", files=files))
        settings.LLM_TAKES = ["text"]
        again = await ended((await sync_to_async(regenerate)(generation.message)).generation)

    content = server.requests[1].body["messages"][-1]["content"]
    assert content == "[The file “a.png” was attached, but this model cannot read it.]"
    assert await is_proved(again, server, 1)
