"""Every recorded answer gives what its manifest states, however the network cuts it."""

import json
from decimal import Decimal

import pytest

from conversations.llm.errors import LLMError
from conversations.llm.types import Finished
from tests.fakes import FakeServer, sample, sample_rows

from .asking import ONCE, Heard, ask

# Not chat completions: two lists of models, and two answers of /v1/messages, which is another protocol with
# events of its own. The client never calls these addresses.
OTHER_PROTOCOLS = {
    "models_list.json",
    "deprecations_list.json",
    "messages_answer.json",
    "messages_stream.sse",
}

ROWS = {name: row for name, row in sample_rows().items() if name not in OTHER_PROTOCOLS}
STREAMED = [name for name, row in ROWS.items() if row["kind"] == "stream"]
PROBLEMS = {"connection": "broken_off"}  # the manifest's word, ours


def test_all_chat_samples_are_here():
    assert len(ROWS) == 63
    assert len(STREAMED) == 23


@pytest.mark.parametrize("name", ROWS)
async def test_a_sample_gives_what_its_manifest_states(name):
    heard = await ask(FakeServer(sample(name)).client(limits=ONCE))

    check(ROWS[name]["expect"], heard)


@pytest.mark.parametrize("name", STREAMED)
async def test_a_stream_gives_the_same_in_pieces_of_every_size(name):
    for size in range(1, 65):
        heard = await ask(FakeServer(sample(name, cut=size)).client(limits=ONCE))

        check(ROWS[name]["expect"], heard)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row["kind"] != "stream"])
async def test_a_body_gives_the_same_in_small_pieces(name):
    for size in (1, 2, 3, 7, 64):
        heard = await ask(FakeServer(sample(name, cut=size)).client(limits=ONCE))

        check(ROWS[name]["expect"], heard)


async def test_answer_reference():
    """The response that the product was specified with."""
    heard = await ask(FakeServer(sample("answer_reference.json")).client())

    assert heard.text == "Hello! How are you doing today? Is there anything I can help you with?"
    assert heard.finished == Finished(
        reason="end_turn",
        native_reason="",
        outcome="complete",
        model="claude-sonnet-4-20250514",
        upstream_id="msg_011MNbgezv2p5BBE9RvnsZV9",
    )
    assert heard.usage is not None
    assert (heard.usage.prompt_tokens, heard.usage.completion_tokens) == (50, 630)
    assert heard.usage.trusted is False
    assert heard.error is None


def check(expect: dict, heard: Heard) -> None:
    # A refusal is text to the person, where there is no other; the manifest keeps them apart.
    if "text" in expect:
        assert heard.text == (expect["text"] or expect.get("refusal", ""))
    assert heard.reasoning == expect.get("reasoning", "")
    if "problem" in expect:
        check_failure(expect, heard.error)
        assert heard.finished is None
    else:
        assert heard.error is None
        check_end(expect, heard)


def check_failure(expect: dict, error: LLMError | None) -> None:
    assert error is not None
    assert error.problem == PROBLEMS.get(expect["problem"], expect["problem"])
    assert error.retryable is expect["retry"]
    assert error.operator is expect.get("operator", False)
    assert error.retry_after == expect.get("retry_after")
    assert error.request_id == expect.get("request_id", error.request_id)
    assert error.had_text is bool(expect.get("text"))


def check_end(expect: dict, heard: Heard) -> None:
    finished, usage = heard.finished, heard.usage
    assert finished is not None
    assert finished.outcome == expect["outcome"]
    assert finished.reason == expect["finish"]
    assert finished.refusal == expect.get("refusal", "")
    assert finished.upstream_id == expect.get("id", finished.upstream_id)
    tools = expect.get("tools", [expect["tool"]] if "tool" in expect else [])
    assert [
        {"name": call.name, "arguments": json.loads(call.arguments)} for call in finished.tool_calls
    ] == tools
    if "usage" in expect:
        assert usage is not None
        assert usage.prompt_tokens == expect["usage"]["prompt"]
        assert usage.completion_tokens == expect["usage"]["completion"]
        assert (usage.reasoning_tokens or 0) == expect["usage"].get("reasoning", 0)
    if usage is not None:
        assert usage.trusted is expect.get("usage_trustworthy", True)
    if "usd" in expect:
        assert usage is not None
        assert usage.cost_usd == Decimal(str(expect["usd"]))
