"""The chunks of a chat completion as they go over the wire, and numbered words in them.

Words are numbered, so that a lost, doubled or misplaced one shows.
"""

import json
from collections.abc import Iterator

from .script import Asked, Step

DONE = b"data: [DONE]\n\n"


def word(number: int) -> str:
    """Return the numbered word that stands at `number`, from 1."""
    return f"w{number} "


def numbered(count: int) -> str:
    return "".join(word(number) for number in range(1, count + 1))


def first_wrong_word(text: str, count: int) -> int | None:
    """Return the number of the first word that is missing, doubled or misplaced in `text`, or None."""
    found = text.split()
    for number in range(1, max(count, len(found)) + 1):
        if number > len(found) or found[number - 1] != f"w{number}" or number > count:
            return number
    return None


def envelope(asked: Asked) -> tuple[bytes, bytes]:
    """Return what stands before and after the delta of every chunk, encoded once."""
    model = json.dumps(str(asked.body.get("model", ""))).encode()
    head = b'data: {"id":"gen-fake","object":"chat.completion.chunk","created":1790812345,"model":%b,' % model
    return head + b'"choices":[{"index":0,"delta":', b',"finish_reason":null}]}\n\n'


def event(payload: object) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def delta(asked: Asked, content: dict[str, object], finish: str | None = None) -> bytes:
    head, tail = envelope(asked)
    if finish is not None:
        tail = tail.replace(b"null", json.dumps(finish).encode())
    return head + json.dumps(content, ensure_ascii=False).encode() + tail


def words_only(asked: Asked) -> Iterator[Step]:
    head, tail = envelope(asked)
    head, tail = head + b'{"content":"w', b' "}' + tail
    pause = asked.pause_s
    yield delta(asked, {"role": "assistant", "content": None})
    for number in range(1, asked.count + 1):
        yield b"%b%d%b" % (head, number, tail)
        yield pause


def end(asked: Asked, words: int, finish: str = "stop") -> Iterator[Step]:
    yield delta(asked, {"content": ""}, finish)
    yield usage(asked, words)
    yield DONE


def usage(asked: Asked, words: int) -> bytes:
    prompt = sum(len(str(message.get("content"))) for message in asked.body.get("messages", ())) // 4 + 8
    completion = words * 2
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    spent = {"credits_used": prompt + completion, "usd_spent": (prompt + completion) / 2_000_000}
    return event({"choices": [], "usage": counts, "meta": {"usage": spent}})


def play_words(asked: Asked) -> Iterator[Step]:
    yield from words_only(asked)
    yield from end(asked, asked.count)


def play_texts(asked: Asked, texts: list[str], finish: str = "stop") -> Iterator[Step]:
    for text in texts:
        yield delta(asked, {"content": text})
        yield asked.pause_s
    yield from end(asked, len(texts), finish)
