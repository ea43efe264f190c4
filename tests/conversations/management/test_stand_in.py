import http.client
import json
import threading

import pytest

from conversations.llm.client import LLMClient
from conversations.llm.types import ChatRequest, Finished, TextDelta
from conversations.management.stand_in import NAME, make_server


@pytest.fixture
def stand_in():
    server = make_server(0, words_per_s=10_000)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


async def ask(port, text, **options):
    client = LLMClient(f"http://127.0.0.1:{port}/v1")
    request = ChatRequest(
        model="smollm2-135m-instruct", messages=[{"role": "user", "content": text}], **options
    )
    try:
        return [event async for event in client.stream_chat(request, client_request_id="test")]
    finally:
        await client.aclose()


async def test_every_answer_says_that_it_is_not_a_model(stand_in):
    events = await ask(stand_in, "Are you a model?")

    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert "This is a scripted stand-in, not a model." in text
    assert "1 message, 16 characters in the last one" in text


async def test_it_answers_under_its_own_name_whatever_was_asked_for(stand_in):
    events = await ask(stand_in, "Hello")

    assert isinstance(events[-1], Finished)
    assert events[-1].model == NAME
    assert events[-1].outcome == "complete"


async def test_a_title_says_so_too(stand_in):
    events = await ask(stand_in, "Give this a title.", max_tokens=24)

    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert text == "Scripted stand-in, not a model"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/chat/completions", b"not json", 400),
        ("/v1/chat/completions", b'{"messages": []}', 400),
        ("/v1/chat/completions", b'{"messages": [{"role": "user", "content": 7}]}', 400),
        ("/v1/embeddings", b"{}", 404),
        ("/v1/chat/completions", b'{"messages": [{"role": "user", "content": "Hello"}]}', 200),
    ],
)
def test_what_is_no_chat_completion_is_refused_as_json(stand_in, path, body, status):
    connection = http.client.HTTPConnection("127.0.0.1", stand_in, timeout=5)
    connection.request("POST", path, body=body)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()

    assert answer.status == status
    assert ("error" in told) == (status != 200)
