"""What machines ask."""

from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from conversations.models import Generation, Status
from conversations.streaming import live, readiness, shutdown
from tests.conversations.bus.carriers import Pouch, carried
from tests.conversations.streaming.site import asked, ended, running, until
from tests.factories import make_conversation, make_user
from tests.fakes import HANG, FakeServer, Reply, chunk, says

TOKEN = "only-for-this-test"


@pytest.fixture(autouse=True)
def a_process_that_has_just_started():
    readiness.require_migrations.cache_clear()
    yield
    readiness.require_migrations.cache_clear()
    shutdown._ending.clear()


@pytest.fixture(params=[OperationalError, InterfaceError])
def database_away(db, request) -> Iterator[None]:
    def refuse(*_args: object) -> None:
        raise request.param("/var/run/secret is not there")

    with connection.execute_wrapper(refuse):
        yield


def ready() -> tuple[int, str]:
    answer = Client().get("/readyz")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.content.decode()


def test_a_process_that_can_serve_is_ready_and_looks_at_its_tables_once(db, django_assert_num_queries):
    assert ready() == (200, "ok\n")
    with django_assert_num_queries(1):
        assert ready() == (200, "ok\n")
    with django_assert_num_queries(0):
        assert not Client().get("/healthz").cookies


def test_a_process_that_is_ending_lives_and_is_not_ready(db):
    shutdown.send_viewers_away()

    assert ready() == (503, "draining\n")
    assert Client().get("/healthz").status_code == 200


def test_a_process_without_its_database_lives_and_is_not_ready(database_away):
    alive = Client().get("/healthz")

    assert ready() == (503, "database: does not answer\n")
    assert (alive.status_code, alive.content) == (200, b"ok\n")


def test_a_process_whose_tables_are_not_there_yet_is_ready_once_they_are(db):
    recorder = MigrationRecorder(connection)
    latest = recorder.migration_qs.filter(app="conversations").order_by("name").last()
    recorder.record_unapplied(latest.app, latest.name)
    assert ready() == (503, "database: migrations are missing\n")
    assert ready() == (503, "database: migrations are missing\n")

    recorder.record_applied(latest.app, latest.name)
    assert ready() == (200, "ok\n")


def test_a_process_that_hears_nothing_of_the_others_is_not_ready(db):
    pouch = Pouch()
    with carried(pouch):
        assert ready() == (200, "ok\n")
        pouch.is_listening = False
        assert ready() == (503, "bus: not listening\n")


def test_all_that_is_missing_is_told(database_away):
    shutdown.send_viewers_away()

    assert ready() == (503, "draining\ndatabase: does not answer\n")


def metrics(token: str = TOKEN) -> str:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return answer.content.decode()


def values(text: str) -> dict[tuple[str, ...], float]:
    """Return the samples of `text` by their name and the values of their labels."""
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


@pytest.mark.parametrize(
    ("token", "header"),
    [
        ("", {}),
        ("", {"Authorization": "Bearer "}),
        (TOKEN, {}),
        (TOKEN, {"Authorization": TOKEN}),
        (TOKEN, {"Authorization": "Bearer wrong"}),
        (TOKEN, {"Authorization": "Bearer é"}),
        (TOKEN, {"Authorization": f"Basic {TOKEN}"}),
    ],
)
def test_without_the_token_there_is_nothing_to_see(token, header, settings, browser):
    settings.METRICS_TOKEN = token
    refused = browser.get("/metrics", headers=header)

    assert refused.status_code == 404
    assert b"chat_" not in refused.content


def test_with_the_token_a_machine_gets_the_text(settings, db):
    settings.METRICS_TOKEN = TOKEN
    make_conversation(make_user("ada"), "Otters?", "")
    Generation.objects.update(status=Status.QUEUED)
    seen = values(metrics())

    assert seen["chat_generations", "queued"] == 1
    assert seen["chat_generations", "running"] == 0
    assert {"chat_open_streams", "chat_loop_lag_seconds"} <= {name for name, *_ in seen}


def test_without_the_database_what_the_process_itself_counts_is_told(settings, database_away):
    settings.METRICS_TOKEN = TOKEN
    seen = {name for name, *_ in values(metrics())}

    assert "chat_open_streams" in seen
    assert "chat_generations" not in seen


async def test_an_answer_moves_the_figures_and_leaves_no_words_in_them(settings, transactional_db):
    settings.METRICS_TOKEN = TOKEN
    look = sync_to_async(metrics)
    ada = await sync_to_async(make_user)("ada")
    before = values(await look())
    async with running(FakeServer(says("Fish."), Reply([chunk("Half a"), HANG]))):
        await ended(await asked(ada, "What do otters eat?"))
        await until(lambda: not live.running)
        text = await look()
        await asked(ada, "And sea otters?")
        await until(lambda: bool(live.running))
        assert values(await look())["chat_generations", "running"] == 1

    after = values(text)
    moved = {what: after[what] - before.get(what, 0) for what in after if what[0] != "chat_generations"}
    assert moved["chat_answers_total", "answer", "done", "none"] == 1
    assert moved["chat_tokens_total", "prompt"] == 10
    assert moved["chat_tokens_total", "completion"] == 5
    assert moved["chat_first_text_seconds_count",] == 1
    assert not any(word in text for word in ("ada", "otter", "Fish"))
