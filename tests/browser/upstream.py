"""The model of the walks: an upstream on loopback that says what a walk tells it, at the walk's own pace."""

import json
import select
import socket
import struct
from collections import defaultdict, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Self

from tests.fakes import DONE, chunk, usage

LOOK_EVERY_S = 0.02
PATIENCE_S = 30
Step = bytes | str  # bytes to send, or how it ends
END, BREAK = "end", "break"


class Telling:
    """One answer. `asked` is set when a request for it came in, `left` when the asker went away."""

    def __init__(self, *words: str) -> None:
        self.steps: SimpleQueue[Step] = SimpleQueue()
        self.status = 200
        self.asked = Event()
        self.left = Event()
        self.say(*words)

    def say(self, *words: str) -> Self:
        for word in words:
            self.steps.put(chunk(word))
        return self

    def think(self, *words: str) -> Self:
        for word in words:
            self.steps.put(chunk(reasoning=word))
        return self

    def end(self, finish: str = "stop") -> Self:
        for step in (chunk("", finish=finish), usage(), DONE, END):
            self.steps.put(step)
        return self

    def break_off(self) -> Self:
        self.steps.put(BREAK)
        return self

    def fail(self, status: int) -> Self:
        self.status = status
        return self

    def wait_until_asked(self) -> Self:
        assert self.asked.wait(PATIENCE_S), "the model was never asked"
        return self

    def wait_until_left(self, within_s: float = PATIENCE_S) -> None:
        assert self.left.wait(within_s), "the connection to the model stayed open"


class Upstream:
    """Plays the answers that `tells` prepared for a question; any other question is answered at once."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self._tellings: dict[str, deque[Telling]] = defaultdict(deque)
        self._open: list[Telling] = []
        self._server = Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(LOOK_EVERY_S,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def tells(self, question: str, *words: str) -> Telling:
        """Return the answer to the next asking of `question`: it begins with `words` and goes on as told."""
        telling = Telling(*words)
        self._tellings[question].append(telling)
        return telling

    def says(self, question: str, *words: str) -> Telling:
        """The same, complete at once."""
        return self.tells(question, *words).end()

    def take(self, question: str) -> Telling:
        self.questions.append(question)
        waiting = self._tellings[question]
        telling = waiting.popleft() if waiting else Telling("You asked: ", question).end()
        self._open.append(telling)
        telling.asked.set()
        return telling

    def close(self) -> None:
        for telling in self._open:
            telling.break_off()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def words_of(content: str | list[dict[str, Any]]) -> str:
    """Return what was typed: beside files it is the last part."""
    return content if isinstance(content, str) else str(content[-1].get("text", ""))


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream: Upstream) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream


class Handler(BaseHTTPRequestHandler):
    """One request over one connection."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.upstream.bodies.append(body)
        telling = self.server.upstream.take(words_of(body["messages"][-1]["content"]))
        self.close_connection = True
        if telling.status != 200:
            return self._fail(telling.status)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        try:
            self._play(telling)
        except OSError:
            telling.left.set()

    def _fail(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "2")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b"{}")

    def _play(self, telling: Telling) -> None:
        while True:
            try:
                step = telling.steps.get(timeout=LOOK_EVERY_S)
            except Empty:
                if self._is_left():
                    telling.left.set()
                    return
                continue
            if step == BREAK:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                return
            if isinstance(step, str):
                self.wfile.write(b"0\r\n\r\n")
                return
            self.wfile.write(b"%x\r\n%b\r\n" % (len(step), step))

    def _is_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def log_message(self, *_args: object) -> None:
        """Say nothing: what a walk asks is seen by its own checks."""
