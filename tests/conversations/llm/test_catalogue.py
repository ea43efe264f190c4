"""The list of models, from a wire that nobody trusts."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.llm.catalogue import (
    BODY_BYTES,
    LABEL_CHARACTERS,
    ROWS,
    Catalogue,
    Listed,
    fetch_catalogue,
    read_catalogue,
    without_twins,
)
from conversations.llm.errors import (
    BadAnswer,
    Busy,
    KeyRefused,
    LLMError,
    TooMuch,
    Unreachable,
    UpstreamTimeout,
)
from tests.fakes import STREAMS

SAMPLE = (STREAMS / "models_list.json").read_bytes()
SONNET = "anthropic/claude-sonnet-4"


def catalogue_of(*rows: Any) -> Catalogue:
    return read_catalogue(json.dumps({"object": "list", "data": rows}).encode())


def row(name: Any = SONNET, **parts: Any) -> dict[str, Any]:
    return {"id": name, **parts}


def only(*rows: Any) -> Listed:
    (model,) = catalogue_of(*rows).models
    return model


def fetch(handler) -> Catalogue:
    return fetch_catalogue("http://upstream.test/v1/", "sk-canary", transport=httpx.MockTransport(handler))


def test_the_recorded_list_gives_the_chat_models():
    models = {model.name: model for model in read_catalogue(SAMPLE).models}

    assert list(models) == [SONNET, "anthropic/claude-sonnet-4-6", "anthropic/claude-sonnet-4.6"]
    assert models[SONNET] == Listed(
        name=SONNET,
        label="Claude Sonnet 4",
        developer="Anthropic",
        aliases=("claude-sonnet-4",),
        context_window=1_000_000,
        output_most=64_000,
        sees=True,
        takes_files=True,
        thinks=True,
        input_price=Decimal("3.9"),
        output_price=Decimal("19.5"),
        cached_price=Decimal("0.39"),
    )


def test_it_is_asked_for_with_the_key_and_all_sections():
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=SAMPLE)

    assert len(fetch(answer).models) == 3
    assert str(asked[0].url) == "http://upstream.test/v1/models?include=all"
    assert asked[0].headers["authorization"] == "Bearer sk-canary"


def test_a_server_that_tells_names_alone_has_chat_models():
    model = only({"id": "SmolLM2-135M", "object": "model", "owned_by": "us"})

    assert (model.name, model.context_window, model.sees) == ("SmolLM2-135M", None, None)


def test_of_twins_the_known_one_stays_or_else_the_dotted():
    models = read_catalogue(SAMPLE).models

    assert [model.name for model in without_twins(models)] == [SONNET, "anthropic/claude-sonnet-4.6"]
    assert "anthropic/claude-sonnet-4-6" in {
        model.name for model in without_twins(models, known={"anthropic/claude-sonnet-4-6"})
    }


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "<script>alert(1)</script>", "\0", "a\nb", "x" * 201, "ünï", 7, None, ["a"], {}, True],
)
def test_a_row_without_a_usable_name_is_refused(name):
    assert catalogue_of(row(name), row()) == Catalogue(catalogue_of(row()).models, refused=1)


def test_a_hostile_label_is_one_short_line_without_what_turns_the_page():
    model = only(row(info={"name": "\u202eA\0\n<b>x</b>\u2066" + "y" * 500, "developer": ["no"]}))

    assert model.label.startswith("A <b>x</b> yyy")
    assert len(model.label) <= LABEL_CHARACTERS
    assert model.developer == ""


@pytest.mark.parametrize("number", [0, -1, True, 1.5, "7", None, 10**30, [], float("inf")])
def test_a_window_that_is_none_is_not_told(number):
    assert only(row(info={"contextLength": number, "outputMax": number})).context_window is None


@pytest.mark.parametrize(
    ("price", "per", "cost"),
    [
        (3.9, 1_000_000, Decimal("3.9")),
        ("0.0039", 1000, Decimal("3.9")),
        (0, 1, Decimal(0)),
        (1, 0, None),
        (-1, 1, None),
        (1e300, 1, None),
        (float("nan"), 1, None),
        ("x", 1, None),
        (True, True, None),
        (None, None, None),
    ],
)
def test_a_price_is_for_a_million_tokens_or_not_told(price, per, cost):
    unit = {"name": "token", "content": "text", "origin": "provided", "price": price, "per": per}
    assert only(row(pricing={"kind": "fixed", "currency": "USD", "units": [unit]})).input_price == cost


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"data":{}}', b"<html>", b"\xff\xfe", b"[" * 200_000, b"1" * 5_000]
)
def test_what_is_no_list_is_told(body):
    with pytest.raises(BadAnswer):
        read_catalogue(body)


def test_a_list_of_a_million_is_not_taken():
    with pytest.raises(TooMuch):
        catalogue_of(*[1] * (ROWS + 1))
    with pytest.raises(TooMuch):
        fetch(lambda _: httpx.Response(200, content=b" " * (BODY_BYTES + 1)))


@pytest.mark.parametrize(
    ("status", "kind"), [(401, KeyRefused), (503, Busy), (302, LLMError), (500, LLMError)]
)
def test_an_answer_that_is_none_is_an_error(status, kind):
    with pytest.raises(kind):
        fetch(lambda _: httpx.Response(status, content=b"no", headers={"location": "http://elsewhere.test"}))


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("10.0.0.7 said sk-canary"), Unreachable),
        (httpx.ReadTimeout("slow"), UpstreamTimeout),
        (httpx.RemoteProtocolError("gone"), Unreachable),
    ],
)
def test_a_failing_wire_is_an_error_without_its_words(failure, kind):
    def fail(_request: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(kind) as told:
        fetch(fail)
    assert "10.0.0.7" not in str(told.value)


KEYS = st.sampled_from(
    [
        *(
            "id",
            "type",
            "info",
            "name",
            "developer",
            "contextLength",
            "modalities",
            "input",
            "output",
            "aliases",
        ),
        *("capabilities", "pricing", "kind", "currency", "units", "origin", "price", "per", "content"),
    ]
)
WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["openai/chat-completions", "text", "image", "fixed", "USD", "token", "provided", SONNET]
    ),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=25,
)


@given(rows=st.lists(ANYTHING, max_size=5))
def test_no_json_breaks_the_reader(rows):
    found = catalogue_of(*rows)

    for model in found.models:
        assert 0 < len(model.name) <= 200
        assert model.label.isprintable()
        assert model.context_window is None or model.context_window > 0
        assert model.input_price is None or model.input_price >= 0
