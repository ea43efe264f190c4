"""What the server needs for a page and for a question: time on the wire of loopback, and database queries."""

import http.client
import json
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from .connection import CSRF
from .processes import Server, run, upstream
from .site import Seeded, new_site
from .table import median, number, percentile, print_table

TIMES = 50
WARM = 5
MESSAGES = 20
OTHERS = 30

Ask = Callable[[int], tuple[str, str, bytes]]  # the number of the time -> method, path, body


def main() -> None:
    print("## Pages on the server\n")
    with (
        tempfile.TemporaryDirectory(prefix="chat-bench-") as directory,
        upstream(Path(directory)) as source,
        new_site(upstream_url=source.url, model="words-20@0") as site,
    ):
        seeded = site.seed(TIMES + WARM, messages=MESSAGES, others=OTHERS)
        counts = json.loads(run(["-m", "benchmarks.counting", json.dumps(counted(seeded))], env=site.env))
        with site.served() as server:
            rows = []
            for name, ask in questions(seeded).items():
                times, size = timed(server, seeded["sessions"], ask)
                figures = [median(times), percentile(times, 95), size / 1024]
                rows.append([name, *(number(figure) for figure in figures), str(counts[name])])
    print_table(["request", "median ms", "p95 ms", "answer, KB on the wire", "queries"], rows)


def questions(seeded: Seeded) -> dict[str, Ask]:
    pages = seeded["conversations"]

    def question(_: int) -> bytes:
        return urlencode({"text": "How do tides work?", "key": str(uuid.uuid4())}).encode()

    return {
        "GET / (new conversation)": lambda _: ("GET", "/", b""),
        f"GET /c/… ({MESSAGES} messages)": lambda _: ("GET", f"/c/{pages[0]}/", b""),
        f"POST /c/…/send/ ({MESSAGES} messages before it)": lambda time: (
            "POST",
            f"/c/{pages[time]}/send/",
            question(time),
        ),
        "POST / (first question)": lambda time: ("POST", "/", question(time)),
    }


def counted(seeded: Seeded) -> dict[str, list[str]]:
    """Return each request once, for the last of the people, as strings."""
    last = TIMES + WARM - 1
    session = seeded["sessions"]
    requests = {}
    for name, ask in questions(seeded).items():
        method, path, body = ask(last if "send" in name else 0)
        requests[name] = [session[last if "send" in name else 0], method, path, body.decode()]
    return requests


def timed(server: Server, sessions: list[str], ask: Ask) -> tuple[list[float], int]:
    """Return the milliseconds of each time, one after the other, and the bytes of the last answer's body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    times, size = [], 0
    for number_of_it in range(TIMES + WARM - 1):
        method, path, body = ask(number_of_it)
        # Whoever sends is another one each time: nobody may send fifty messages a minute.
        session = sessions[number_of_it if method == "POST" else 0]
        began = time.perf_counter()
        connection.request(method, path, body or None, headers_of(session, by_htmx=method == "POST"))
        answer = connection.getresponse()
        content = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        size = len(content)
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} answered {answer.status}")
    return times[WARM:], size


def headers_of(session: str, *, by_htmx: bool) -> dict[str, str]:
    return {
        **({"hx-request": "true"} if by_htmx else {}),
        "cookie": f"sessionid={session}; csrftoken={CSRF}",
        "x-csrftoken": CSRF,
        "accept-encoding": "gzip, br",
        "content-type": "application/x-www-form-urlencoded",
    }


if __name__ == "__main__":
    main()
