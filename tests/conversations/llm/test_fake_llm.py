"""The upstream double does what the name of the model says, and the client hears it."""

import asyncio
import json
from contextlib import aclosing

import httpx
import pytest

from conversations.llm.client import LLMClient
from conversations.llm.types import CallLimits, ChatRequest, TextDelta
from conversations.management.fake_llm.hostile import SAID
from conversations.management.fake_llm.scripts import WHOLE, read_name
from conversations.management.fake_llm.server import start
from conversations.management.fake_llm.streams import STREAMS
from conversations.management.fake_llm.wire import first_wrong_word

from .asking import Heard, ask

SHORT = CallLimits(
    first_text_s=0.3,
    silence_s=0.3,
    answer_chars=20_000,
    retry_waits_s=(0.01, 0.01),
    retry_after_s=0.5,
    finish_linger_s=0.2,
    line_bytes=100_000,
)


@pytest.fixture
async def url():
    server = await start("127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    server.close()


async def hear(
    url: str, model: str, *, words: str = "Hello", max_tokens: int = 4096, limits: CallLimits = SHORT
) -> Heard:
    request = ChatRequest(model, [{"role": "user", "content": words}], max_tokens=max_tokens)
    return await ask(LLMClient(url, limits=limits), request)


WELL = {
    "words-50@0": 50,
    "words-7@50": 7,
    "no-done-5@0": 5,
    "done-open-5@0": 5,
    "junk-20@0": 20,
    "reasoning-5@0": 5,
    "json-5": 5,
    "drip-1@0": 1,
    "error-503x2@0": 20,
    "drop-7x1@0": 7,
    "nobody-knows-7@0": 7,
    "deep-7@0": 7,
    "wrong-shapes-7@0": 7,
    "bom-7@0": 7,
    "tool-calls-7@0": 7,
    "second-choice-7@0": 7,
    "after-done-7@0": 7,
    "foreign-model-7@0": 7,
    "json-as-stream-7": 7,
    "mislabelled-7@0": 7,
}


@pytest.mark.parametrize(("model", "words"), WELL.items())
async def test_numbered_words_arrive_in_order(url, model, words):
    heard = await hear(url, f"fake/{model}")

    assert heard.outcome == ("tool_call" if "tool" in model else "complete")
    assert first_wrong_word(heard.text, words) is None


@pytest.mark.parametrize("model", SAID)
async def test_what_is_strange_is_read_as_it_says(url, model):
    heard = await hear(url, f"{model}@0", limits=CallLimits(first_text_s=5))

    assert (heard.outcome, heard.text) == ("complete", SAID[model])


ENDS = {
    "length-5@0": "cut_short",
    "filter-5@0": "refused",
    "refusal": "refused",
    "tool-call-only": "tool_call",
    "nothing": "empty",
    "markdown@0": "complete",
    "unicode@0": "complete",
    "stamps-3@0": "complete",
    "essay@0": "complete",
}


@pytest.mark.parametrize(("model", "outcome"), ENDS.items())
async def test_ends(url, model, outcome):
    assert (await hear(url, model, limits=CallLimits(first_text_s=5))).outcome == outcome


FAULTS = {
    "hang": "no_answer",
    "headers": "no_answer",
    "comments": "no_answer",
    "empty-deltas": "no_answer",
    "drip@100": "no_answer",
    "stall-5@0": "silent",
    "cut-5@0": "broken_off",
    "close-5@0": "broken_off",
    "half-line-5@0": "broken_off",
    "reset-5@0": "broken_off",
    "done-only-5@0": "broken_off",
    "error-event-5@0": "upstream",
    "error-first": "upstream",
    "endless@0": "too_much",
    "endless-line@0": "too_much",
    "error-400": "rejected",
    "error-401": "key",
    "error-404": "model_gone",
    "error-429": "busy",
    "error-500": "upstream",
    "error-504": "timeout",
    "html": "bad_answer",
    "redirect": "bad_answer",
    "garbage": "bad_answer",
    "half-head": "upstream",
    "endless-headers": "bad_answer",
    "endless-header": "bad_answer",
    "redirect-loop": "bad_answer",
    "short-5@0": "broken_off",
    "gzip-bomb": "bad_answer",
    "giant-chunk-5@0": "too_much",
    "json-error": "upstream",
    "json-deep": "bad_answer",
    "html-as-stream": "bad_answer",
    "empty": "no_answer",
    "error-html-502": "upstream",
    "error-empty-504": "timeout",
    "error-hang-500": "upstream",
    "error-huge-500": "upstream",
    "error-403": "not_allowed",
    "error-413": "too_large",
    "error-529": "busy",
    "too-long": "too_long",
    "busy": "busy",
    "busy-date": "busy",
    "busy-past": "busy",
    "busy-negative": "busy",
    "busy-absurd": "busy",
    "busy-words": "busy",
    "drop": "upstream",
    "refuse": "upstream",
}


@pytest.mark.parametrize(("model", "problem"), FAULTS.items())
async def test_faults(url, model, problem):
    assert (await hear(url, model)).problem == problem


def test_every_script_is_tried_here():
    tried = {read_name(model).name for model in [*WELL, *ENDS, *FAULTS, *SAID, "echo"]}

    assert {*STREAMS, *WHOLE} - tried == set()


async def test_echo_says_what_was_asked(url):
    assert (await hear(url, "echo@0", words="Say  this\nback.")).text == "Say  this\nback."


async def test_who_asks_may_choose_the_script(url):
    heard = await hear(url, "fake/asked-for", words="words-3@0 please\nand no more")

    assert first_wrong_word(heard.text, 3) is None


async def test_two_who_choose_do_not_disturb_each_other(url):
    questions = ["drop-3x1@0 for Ada", "drop-3x1@0 for Bob"]
    heard = [await hear(url, "asked-for", words=words) for words in questions]
    stats = await get(url, "stats")

    assert [first_wrong_word(each.text, 3) for each in heard] == [None, None]
    assert stats["models"] == dict.fromkeys(questions, 2)


async def test_a_title_is_short_whatever_the_model_does(url):
    assert (await hear(url, "stall-5", max_tokens=40)).text == "Numbered words"


async def test_words_are_paced(url):
    heard = await hear(url, "words-20@100")

    assert 0.19 <= heard.seconds < 1.6


async def test_who_leaves_is_counted(url):
    client = LLMClient(url)
    request = ChatRequest("words-100@50", [{"role": "user", "content": "Hello"}])
    async with aclosing(client.stream_chat(request, client_request_id="g")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await asyncio.sleep(0.1)
    stats = await get(url, "stats")
    await client.aclose()

    assert (stats["requests"], stats["open"], stats["left"]) == (1, 0, 1)


async def test_its_models_are_listed(url):
    listed = {row["id"] for row in (await get(url, "models"))["data"]}

    assert {"words", "hang", "markdown"} < listed
    assert (await get(url, "stats"))["listed"] == 1


async def test_the_list_of_models_may_fail_too(url):
    away = url.removesuffix("/v1")

    assert len((await get(f"{away}/list-huge/v1", "models"))["data"]) == 200_000
    assert "<script>" in (await get(f"{away}/list-hostile/v1", "models"))["data"][0]["id"]
    with pytest.raises(httpx.ReadTimeout):
        await get(f"{away}/list-hang/v1", "models", within_s=0.2)


async def get(url: str, page: str, *, within_s: float = 10) -> dict:
    async with httpx.AsyncClient(trust_env=False, timeout=within_s) as client:
        return json.loads((await client.get(f"{url}/{page}")).content)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("w1 w2 w3", None), ("w1 w3", 2), ("w1 w2 w2 w3", 3), ("w2 w1 w3", 1), ("w1 w2", 3), ("w1 w2 w3 w4", 4)],
)
def test_a_wrong_word_is_found(text, wrong):
    assert first_wrong_word(text, 3) == wrong
