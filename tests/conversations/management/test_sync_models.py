"""`sync_models` against a real socket of loopback."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.management import CommandError, call_command

from conversations.models import ChatModel
from tests.conversations.management.processes import free_port
from tests.fakes import STREAMS

pytestmark = pytest.mark.django_db
SONNET = "anthropic/claude-sonnet-4"


class Provider(HTTPServer):
    body = (STREAMS / "models_list.json").read_bytes()
    status = 200


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    settings.LLM_BASE_URL = f"http://127.0.0.1:{server.server_address[1]}/v1"
    settings.LLM_MODEL = SONNET
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_list_is_taken_over_and_told(provider, capsys):
    call_command("sync_models")

    said = capsys.readouterr().out
    assert "3 models are listed, 1 of them new." in said
    assert "--offer" in said
    model = ChatModel.objects.get(name=SONNET)
    assert (model.developer, model.takes_images) == ("Anthropic", True)

    call_command("sync_models", "--offer", "anthropic/*")
    assert "Offered to people from now on: anthropic/claude-sonnet-4" in capsys.readouterr().out


def test_when_the_provider_is_down_the_last_list_is_kept(provider, settings):
    call_command("sync_models", "--offer", "*")
    before = list(ChatModel.objects.order_by("pk").values())
    settings.LLM_BASE_URL = f"http://127.0.0.1:{free_port()}/v1"

    with pytest.raises(CommandError, match=r"did not tell its models .*The list of .* is kept\."):
        call_command("sync_models")

    assert list(ChatModel.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, b'{"data":[]}'),
        (200, b'{"data":[1]}'),
        (500, b"sk-secret"),
    ],
)
def test_what_is_no_list_is_told_and_changes_nothing(provider, status, body):
    provider.status, provider.body = status, body

    with pytest.raises(CommandError, match="the models that are here stay") as told:
        call_command("sync_models")

    assert "sk-secret" not in str(told.value)
    assert [model.name for model in ChatModel.objects.all()] == [SONNET]
