"""A request in the three dialects of one address."""

import json

import pytest

from conversations.llm.types import ChatMessage, ChatRequest, Parameters

HELLO: list[ChatMessage] = [{"role": "user", "content": "Hello"}]
PICTURE: list[ChatMessage] = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBOR"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBER"}},
        ],
    }
]


def body(**parts) -> dict:
    parts.setdefault("messages", HELLO)
    return json.loads(ChatRequest("anthropic/claude-sonnet-4", **parts).body())


def test_the_openai_dialect():
    assert body(system="Be kind.", parameters={"temperature": 0.5, "stop": ["END"]}) == {
        "model": "anthropic/claude-sonnet-4",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}],
        "max_tokens": 4096,
        "stream": True,
        "stream_options": {"include_usage": True},
        "stop": ["END"],
        "temperature": 0.5,
    }


def test_the_anthropic_dialect():
    parameters: Parameters = {"temperature": 0.5, "stop": ["END"]}
    assert body(system="Be kind.", dialect="anthropic", parameters=parameters) == {
        "model": "anthropic/claude-sonnet-4",
        "system": "Be kind.",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 4096,
        "stream": True,
        "stop_sequences": ["END"],
        "temperature": 0.5,
    }


def test_the_dialect_that_takes_both_has_no_temperature():
    parameters: Parameters = {"temperature": 0.5, "top_p": 0.9, "stop": ["END"]}
    assert body(system="Be kind.", dialect="both", parameters=parameters) == {
        "model": "anthropic/claude-sonnet-4",
        "system": "Be kind.",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 4096,
        "stream": True,
        "stop_sequences": ["END"],
    }


@pytest.mark.parametrize(("asked", "sent"), [(-1, 0), (0, 0), (0.7, 0.7), (1, 1), (1.9, 1)])
def test_temperature_is_held_to_what_claude_takes(asked, sent):
    assert body(parameters={"temperature": asked})["temperature"] == sent


def test_one_model_lacks_the_temperature_of_its_family():
    request = ChatRequest(
        "anthropic/claude-opus-4-7", HELLO, parameters={"temperature": 1}, dialect="anthropic"
    )

    assert "temperature" not in json.loads(request.body())


def test_temperature_is_not_sent_unless_chosen():
    assert "temperature" not in body()
    assert "top_p" not in body()


def test_top_p_is_sent_only_without_temperature():
    assert body(parameters={"top_p": 0.0})["top_p"] == 0.01
    assert body(parameters={"top_p": 0.0}, dialect="anthropic")["top_p"] == 0
    assert "top_p" not in body(parameters={"top_p": 0.9, "temperature": 1})


def test_stops_of_white_space_are_left_out_and_four_are_enough():
    assert body(parameters={"stop": [" \n", "a", "b", "c", "d", "e"]})["stop"] == ["a", "b", "c", "d"]
    assert "stop" not in body(parameters={"stop": ["  "]})


def test_thinking_leaves_room_for_the_answer():
    assert body(parameters={"thinking_tokens": 9000}, max_tokens=8000)["reasoning"] == {"max_tokens": 6000}
    for dialect in ("anthropic", "both"):
        sent = body(parameters={"thinking_tokens": 2000}, max_tokens=8000, dialect=dialect)
        assert sent["thinking"] == {"type": "enabled", "budget_tokens": 2000}


def test_thinking_without_room_is_not_asked_for():
    assert "reasoning" not in body(parameters={"thinking_tokens": 4000}, max_tokens=3000)
    assert "reasoning" not in body(parameters={"thinking_tokens": 0})


def test_thinking_comes_without_temperature():
    assert "temperature" not in body(parameters={"thinking_tokens": 2000, "temperature": 0}, max_tokens=8000)


def test_unknown_parameters_are_not_sent():
    assert body(parameters={"temprature": 1, "n": 5}) == body()


def test_text_alone_is_sent_as_a_plain_string():
    parts = [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]

    assert body(messages=[{"role": "user", "content": parts}])["messages"][0]["content"] == "One.\n\nTwo."


def test_pictures_and_files_in_the_openai_dialect():
    assert body(messages=PICTURE)["messages"][0]["content"] == PICTURE[0]["content"]


def test_pictures_and_files_in_the_anthropic_dialect():
    assert body(messages=PICTURE, dialect="anthropic")["messages"][0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBOR"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBER"}},
    ]


def test_an_empty_text_beside_a_picture_is_left_out():
    messages = [{"role": "user", "content": [{"type": "text", "text": ""}, PICTURE[0]["content"][1]]}]

    assert len(body(messages=messages)["messages"][0]["content"]) == 1


def test_no_system_prompt_means_no_system_message():
    assert [message["role"] for message in body()["messages"]] == ["user"]


def test_the_same_request_gives_the_same_bytes():
    first = ChatRequest("m", HELLO, "Be kind.", {"temperature": 1, "stop": ["x"]})
    second = ChatRequest(
        "m", [dict(reversed(HELLO[0].items()))], "Be kind.", {"stop": ["x"], "temperature": 1}
    )

    assert first.body() == second.body()
    assert first.digest() == second.digest()
    assert first.digest() != ChatRequest("m", HELLO).digest()


def test_the_body_is_utf_8_whatever_was_typed():
    sent = ChatRequest("m", [{"role": "user", "content": "é 😀 \ud83d\ude00 \ud83d \u2028"}]).body()

    assert json.loads(sent.decode())["messages"][0]["content"] == "é 😀 😀 \ufffd \u2028"
    assert "é".encode() in sent


SAID: list[ChatMessage] = [
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi."},
    {"role": "user", "content": "And now?"},
]
MARK = {"type": "ephemeral"}


def test_what_will_be_sent_again_is_marked_to_be_kept():
    system, *said = body(system="Be kind.", messages=SAID, cache=True)["messages"]

    assert system["content"] == [{"type": "text", "text": "Be kind.", "cache_control": MARK}]
    assert said == [
        SAID[0],
        {"role": "assistant", "content": [{"type": "text", "text": "Hi.", "cache_control": MARK}]},
        SAID[2],
    ]


def test_a_system_prompt_that_stands_apart_is_marked_too():
    assert body(system="Be kind.", dialect="anthropic", cache=True)["system"] == [
        {"type": "text", "text": "Be kind.", "cache_control": MARK}
    ]


def test_without_anything_to_repeat_nothing_is_marked():
    assert body(cache=True) == body()
    assert "cache_control" not in json.dumps(body(messages=SAID[2:], cache=True))


def test_effort_is_a_budget_for_claude_and_a_word_for_others():
    assert body(parameters={"effort": "low"}, max_tokens=8000)["reasoning"] == {"max_tokens": 2000}
    asked = body(parameters={"effort": "low"}, max_tokens=8000, dialect="both")
    assert asked["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    other = json.loads(
        ChatRequest("openai/o3", HELLO, parameters={"effort": "high", "temperature": 1}).body()
    )
    assert other["reasoning_effort"] == "high"
    assert "temperature" not in other


def test_others_than_claude_take_more_temperature():
    request = ChatRequest("openai/gpt-4o", HELLO, parameters={"temperature": 1.7})

    assert json.loads(request.body())["temperature"] == 1.7
