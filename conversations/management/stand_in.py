"""A scripted stand-in where no model can run: `python -m conversations.management.stand_in PORT PARENT`.

It speaks the protocol of a model server, under a name that says what it is, and every answer says so again.
"""

import json
import re
import signal
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from conversations.management.end_with_parent import end_with_parent

NAME = "scripted-stand-in"
WORDS_PER_S = 30
LONGEST_BODY_BYTES = 4 * 1024 * 1024
# A request with a small allowance is one for a title.
TITLE_TOKENS = 64
TITLE = "Scripted stand-in, not a model"
ANSWER = """\
**This is a scripted stand-in, not a model.** Nobody read your question: every question gets this same text, \
so that the site can be looked at on a machine where the small local model cannot run.

What arrived here: {messages}, {characters} in the last one.

To talk to a real model, give the site

1. a key, `AIMLAPI_API_KEY`, for Claude at the AI/ML API, or
2. the address of any OpenAI-compatible server:

```sh
LLM_BASE_URL=http://127.0.0.1:11434/v1 LLM_MODEL=llama3.2 make run
```
"""


def main() -> None:
    port, parent = int(sys.argv[1]), int(sys.argv[2])
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    make_server(port).serve_forever()


def make_server(port: int, *, words_per_s: float = WORDS_PER_S) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Paced", (Handler,), {"pause_s": 1 / words_per_s}))
    server.daemon_threads = True
    return server


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pause_s = 0.0

    def do_GET(self) -> None:
        if self.path == "/health":
            self.answer_json({"status": "ok"})
        elif self.path == "/v1/models":
            self.answer_json({"object": "list", "data": [{"id": NAME, "object": "model"}]})
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/v1/chat/completions" or length > LONGEST_BODY_BYTES:
            self.close_connection = True
            self.refuse(HTTPStatus.NOT_FOUND, "Only chat completions are played here.")
            return
        try:
            request = json.loads(self.rfile.read(length))
            text = answer_to(request)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            self.refuse(HTTPStatus.BAD_REQUEST, "That is not a chat completion request.")
            return
        if request.get("stream"):
            self.stream(text)
        else:
            message = {"role": "assistant", "content": text}
            self.answer_json(completion("message", message, finish="stop") | {"usage": usage(text)})

    def stream(self, text: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in events(text):
            self.send_chunk(f"data: {event}\n\n".encode())
            time.sleep(self.pause_s)
        self.send_chunk(b"")

    def send_chunk(self, body: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))

    def refuse(self, status: HTTPStatus, sentence: str) -> None:
        self.answer_json({"error": {"code": status.value, "message": sentence}}, status)

    def answer_json(self, value: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the site logs what it asked."""


def answer_to(request: dict[str, Any]) -> str:
    if int(request.get("max_tokens") or TITLE_TOKENS + 1) <= TITLE_TOKENS:
        return TITLE
    messages = [message for message in request["messages"] if message["role"] != "system"]
    last = messages[-1]["content"]
    length = len(last) if isinstance(last, str) else sum(len(part.get("text") or "") for part in last)
    return ANSWER.format(messages=counted(len(messages), "message"), characters=counted(length, "character"))


def events(text: str) -> Iterator[str]:
    yield json.dumps(completion("delta", {"role": "assistant", "content": ""}))
    for words in re.findall(r"\S+\s*", text):
        yield json.dumps(completion("delta", {"content": words}))
    yield json.dumps(completion("delta", {}, finish="stop"))
    yield json.dumps(completion("delta", {}) | {"choices": [], "usage": usage(text)})
    yield "[DONE]"


def completion(part: str, value: dict[str, str], *, finish: str | None = None) -> dict[str, Any]:
    kind = "chat.completion.chunk" if part == "delta" else "chat.completion"
    choice = {"index": 0, part: value, "finish_reason": finish}
    return {"id": "scripted", "object": kind, "created": int(time.time()), "model": NAME, "choices": [choice]}


def usage(text: str) -> dict[str, int]:
    words = len(text.split())
    return {"prompt_tokens": 0, "completion_tokens": words, "total_tokens": words}


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


if __name__ == "__main__":
    main()
