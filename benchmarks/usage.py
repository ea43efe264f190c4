"""What a million calls of a thousand people come to: one's own page, that of everybody, and its file.

`USAGE_SCALE=0.01` makes all of it smaller, to try the benchmark itself.
"""

import http.client
import json
import os
import tempfile
import time
from pathlib import Path

from .connection import CSRF
from .postgres import own_postgres
from .processes import Server, run, upstream
from .site import new_site
from .table import Bar, median, number, percentile, print_bars, print_table

SCALE = float(os.environ.get("USAGE_SCALE", "1"))
PEOPLE, CONVERSATIONS, CALLS = (int(count * SCALE) for count in (1_000, 50_000, 1_000_000))
TIMES, WARM = 40, 3
MOST_MS = 300
EVERYBODY = "/usage/everybody/"
PAGES = {
    "one's own, 30 days": "/usage/",
    "one's own, 90 days": "/usage/?days=90",
    "everybody by person, 90 days": f"{EVERYBODY}?days=90",
    "everybody by group, 90 days": f"{EVERYBODY}?days=90&by=group",
    "everybody by model, 90 days": f"{EVERYBODY}?days=90&by=model",
    "everybody of one group, 90 days": EVERYBODY + "?days=90&group={group}",
}


def main() -> None:
    print(f"## Usage of {PEOPLE:,} people after {CALLS:,} calls, on PostgreSQL\n")
    with (
        tempfile.TemporaryDirectory(prefix="chat-bench-") as directory,
        upstream(Path(directory)) as source,
        own_postgres() as server,
        new_site(upstream_url=source.url, model="words-20@0", postgres=server) as site,
    ):
        made = ["-m", "benchmarks.spent", str(PEOPLE), str(CONVERSATIONS), str(CALLS)]
        filled = json.loads(run(made, env=site.env))
        print(f"{filled['rows']:,} rows of usage.\n")
        with site.served() as served:
            measure(served, filled["session"], filled["group"])


def measure(server: Server, session: str, group: int) -> None:
    rows, together = [], []
    for what, path in PAGES.items():
        times = [fetch(server, session, path.format(group=group))[0] for _ in range(TIMES + WARM)][WARM:]
        rows.append([what, *map(number, (median(times), percentile(times, 95), max(times)))])
        together += times
    took, size = fetch(server, session, "/usage/everybody.csv?days=90")
    print_table(["page", "median ms", "p95 ms", "most ms"], rows)
    print(f"The file of 90 days: {size / 1_000_000:.1f} MB in {took / 1000:.1f} s.\n")
    print_bars([Bar("usage pages, p95", percentile(together, 95), MOST_MS, "ms")])


def fetch(server: Server, session: str, path: str) -> tuple[float, int]:
    """Return the milliseconds until the last byte of the answer, and how many bytes there were."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    began = time.perf_counter()
    connection.request("GET", path, headers={"cookie": f"sessionid={session}; csrftoken={CSRF}"})
    answer = connection.getresponse()
    size = len(answer.read())
    took = (time.perf_counter() - began) * 1000
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"GET {path} answered {answer.status}")
    return took, size


if __name__ == "__main__":
    main()
