"""What this process counts of its answers, for a Prometheus that asks; no words, no names."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.models import Count
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from conversations.models import Generation
from conversations.models.generation import ACTIVE

from .database import NO_ANSWER
from .ending import Ending

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 90)
FLUSH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

FIRST_TEXT = Histogram("chat_first_text_seconds", "From the claim to the first word.", buckets=SECONDS)
FLUSH = Histogram("chat_flush_seconds", "To store what came in half a second.", buckets=FLUSH_SECONDS)
ANSWERS = Counter("chat_answers", "Calls to the model, by how they ended.", ["purpose", "status", "problem"])
TOKENS = Counter("chat_tokens", "Tokens as the model reported them.", ["kind"])
STREAMS = Gauge("chat_open_streams", "Viewers of answers in the making.", multiprocess_mode="livesum")
LAG = Gauge("chat_loop_lag_seconds", "How late the event loop is.", multiprocess_mode="livemax")


def count(generation: Generation, ending: Ending, facts: Mapping[str, Any]) -> None:
    """Count a call that ended, by what it told about itself."""
    ANSWERS.labels(generation.purpose, ending.status, ending.problem or "none").inc()
    if facts.get("first_token_at") and generation.started_at:
        FIRST_TEXT.observe(max(0.0, (facts["first_token_at"] - generation.started_at).total_seconds()))
    if not facts.get("usage_trusted"):
        return
    for kind in ("prompt", "completion", "cached", "reasoning"):
        TOKENS.labels(kind).inc(facts.get(f"{kind}_tokens") or 0)


class Active(Collector):
    """How many answers wait and run in the whole site, as the database knows it."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "chat_generations", "Calls to the model that are not over.", labels=["status"]
        )
        try:
            rows = Generation.objects.active().values_list("status").annotate(Count("pk")).order_by()
            found = dict(rows)
        except NO_ANSWER:
            return  # what the process itself counts is told all the same
        for status in ACTIVE:
            family.add_metric([status], found.get(status, 0))
        yield family


def exposition() -> bytes:
    """Return all of it in the text format of Prometheus; of all processes where `serve` has several."""
    whole_site = CollectorRegistry()
    whole_site.register(Active())
    if directory := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        forget_the_dead(Path(directory))
        MultiProcessCollector(whole_site)  # type: ignore[no-untyped-call]
        return generate_latest(whole_site)
    return generate_latest(REGISTRY) + generate_latest(whole_site)


def forget_the_dead(directory: Path) -> None:
    """Take what processes that are gone said of themselves out of the sums; what they counted stays."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # whoever asks at the same moment does it too
                mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:  # the number is another program's by now; ours is told a little longer
            continue
