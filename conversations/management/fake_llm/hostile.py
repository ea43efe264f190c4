"""Streams of the upstream double with hostile, broken or foreign content, and what is to be read of each."""

import re
from collections.abc import Iterator

from .script import Asked, Step, Stream
from .texts import HOSTILE_MARKDOWN
from .wire import DONE, delta, end, event, play_texts, play_words, words_only

GIANT_BYTES = 8 * 1024 * 1024
DEEP = 5_000
FOREIGN_MODEL = "<img src=x onerror=alert(1)>\"'\0\ud800 " + "very-" * 100 + "long"

WRONG_SHAPES: tuple[object, ...] = (
    [], 7, "words", True, {}, {"error": None}, {"status": "fine"}, {"choices": {}}, {"choices": [None]},
    {"choices": [[]]}, {"choices": [{"delta": []}]}, {"choices": [{"finish_reason": {"a": 1}}]},
    {"choices": [{"delta": {"content": 7}}]}, {"choices": [{"delta": {"content": {"text": "hidden"}}}]},
    {"choices": [{"delta": {"content": [None, 7, {"text": 7}]}}]},
    {"choices": [{"delta": {"tool_calls": 7, "reasoning": [], "refusal": {}}}]},
    {"choices": [{"index": "0x", "delta": {"content": "hidden"}}]},
    {"usage": "many", "model": 7, "id": []}, {"usage": {"prompt_tokens": -5, "completion_tokens": "1e99"}},
)  # fmt: skip


def _among(*strange: bytes) -> Stream:
    """Return a script of words with `strange` bytes between the fourth and the fifth."""

    def play(asked: Asked) -> Iterator[Step]:
        for number, step in enumerate(play_words(asked)):
            yield step
            if number == 8:
                yield b"".join(strange)

    return play


def _giant_chunk(asked: Asked) -> Iterator[Step]:
    yield from words_only(asked)
    yield delta(asked, {"content": "x" * GIANT_BYTES})
    yield from end(asked, asked.count)


def _bad_bytes(asked: Asked) -> Iterator[Step]:
    yield delta(asked, {"content": "caf? ?? ok"}).replace(b"caf? ??", b"caf\xe9 \xff\xfe")
    yield from end(asked, 1)


def _split(asked: Asked) -> Iterator[Step]:
    """Every line ends in CRLF; reads end within it, and within each character that has several bytes."""
    pause = asked.pause_s
    whole = b"".join(step for step in play_texts(asked, [SAID["split"]]) if isinstance(step, bytes))
    for piece in re.split(rb"(?<=[\x80-\xff])|(?<=\r)", whole.replace(b"\n", b"\r\n")):
        yield piece
        yield pause


def _byte_order_mark(asked: Asked) -> Iterator[Step]:
    yield b"\xef\xbb\xbf"
    yield from play_words(asked)


def _separators(asked: Asked) -> Iterator[Step]:
    yield from play_texts(asked, [SAID["separators"]])


def _nul(asked: Asked) -> Iterator[Step]:
    yield from play_texts(asked, ["one\0two", "\0", " three\0"])


def _surrogates(asked: Asked) -> Iterator[Step]:
    for text in (r"high \ud83d, low \ude00, pair \ud83d", r"\ude00, and \ud83d"):
        yield delta(asked, {"content": "?"}).replace(b"?", text.encode())
        yield asked.pause_s
    yield from end(asked, 2)


def _tool_calls(asked: Asked) -> Iterator[Step]:
    yield from words_only(asked)
    yield from _tool_call_only(asked)


def _tool_call_only(asked: Asked) -> Iterator[Step]:
    call = {"id": "call_1", "type": "function", "function": {"name": "hidden", "arguments": '{"a":"hidden"}'}}
    yield delta(asked, {"content": None, "tool_calls": [{"index": 0, **call}]})
    yield from end(asked, asked.count, "tool_calls")


def _second_choice(asked: Asked) -> Iterator[Step]:
    other = {"index": 1, "delta": {"content": "hidden", "reasoning": "hidden"}, "finish_reason": "length"}
    for step in play_words(asked):
        yield step
        if isinstance(step, bytes) and step != DONE:
            yield event({"choices": [other]})


def _after_done(asked: Asked) -> Iterator[Step]:
    yield from play_words(asked)
    yield delta(asked, {"content": "hidden"})


def _foreign_model(asked: Asked) -> Iterator[Step]:
    yield from play_words(Asked({**asked.body, "model": FOREIGN_MODEL}, asked.count, asked.rate))


def _hostile(asked: Asked) -> Iterator[Step]:
    yield from play_texts(asked, re.findall(r".{1,40}", HOSTILE_MARKDOWN, re.DOTALL))


# What is to be read and stored of a script whose words have no numbers.
SAID = {
    "bad-bytes": "caf\ufffd \ufffd\ufffd ok",
    "split": "a family 👩‍👩‍👧‍👦, é and 日本語",
    "separators": "a\u2028line\u2029and\x85one",
    "nul": "onetwo three",
    "surrogates": "high \ufffd, low \ufffd, pair 😀, and \ufffd",
    "hostile": HOSTILE_MARKDOWN,
}

HOSTILE: dict[str, Stream] = {
    "giant-chunk": _giant_chunk,
    "deep": _among(
        b"data: " + b'{"choices":[' * DEEP + b"\n\n", b"data: " + b"[" * DEEP + b"]" * DEEP + b"\n\n"
    ),
    "wrong-shapes": _among(*map(event, WRONG_SHAPES)),
    "bad-bytes": _bad_bytes,
    "split": _split,
    "bom": _byte_order_mark,
    "separators": _separators,
    "nul": _nul,
    "surrogates": _surrogates,
    "tool-calls": _tool_calls,
    "tool-call-only": _tool_call_only,
    "second-choice": _second_choice,
    "after-done": _after_done,
    "foreign-model": _foreign_model,
    "hostile": _hostile,
}
