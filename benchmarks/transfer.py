"""A large export comes in: how much memory it takes, how long, and how long one step holds up a thread."""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from .processes import ROOT
from .table import Bar, print_bars
from .words import Writer

MEGABYTES = 200
STEP_S = 0.5  # as the page asks for them
BARS = {"memory": (300, "MB"), "received": (10, "s"), "looked through": (60, "s"), "taken in": (120, "s")}
BARS |= {"longest step": (2, "s")}


def write_export(path: Path, megabytes: int) -> None:
    """Write conversations of 4 to 80 messages as ChatGPT exports them."""
    chance, writer = random.Random(1), Writer(1)
    answers = [writer.answer() for _ in range(500)]
    with path.open("w") as file:
        number = 0
        while file.tell() < megabytes * 1_000_000:
            file.write(",\n" if number else "[")
            file.write(json.dumps(conversation(number, chance, answers)))
            number += 1
        file.write("]")


def conversation(number: int, chance: random.Random, answers: list[str]) -> dict[str, object]:
    nodes: dict[str, object] = {"root": {"id": "root", "message": None, "parent": None, "children": ["n0"]}}
    length = chance.randint(4, 80)
    for place in range(length):
        answer = chance.choice(answers)
        nodes[f"n{place}"] = {
            "id": f"n{place}",
            "message": {
                "id": f"n{place}",
                "author": {"role": "assistant" if place % 2 else "user", "name": None, "metadata": {}},
                "create_time": 1_700_000_000 + number * 1_000 + place,
                "content": {"content_type": "text", "parts": [answer if place % 2 else answer[:100]]},
                "status": "finished_successfully",
                "end_turn": True,
                "weight": 1.0,
                "metadata": {"model_slug": "gpt-4o", "citations": [], "timestamp_": "absolute"},
                "recipient": "all",
                "channel": None,
            },
            "parent": f"n{place - 1}" if place else "root",
            "children": [f"n{place + 1}"] if place + 1 < length else [],
        }
    return {
        "conversation_id": f"c{number}",
        "title": f"Conversation {number}",
        "create_time": 1_700_000_000 + number * 1_000,
        "mapping": nodes,
        "current_node": f"n{length - 1}",
    }


def import_it(path: Path) -> dict[str, float]:
    """Upload `path`, go through it to the end as the page does, and return what it took."""
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.models import User
    from conversations import wiring
    from conversations.services.transfer import advance, begin, receive

    call_command("migrate", verbosity=0)
    ada, directory = User.objects.create_user("ada"), path.parent / "imports"
    began = perf_counter()
    with path.open("rb") as file:
        it = receive(ada, file, name=path.name, directory=directory, most_bytes=10**9)
    took = {"received": perf_counter() - began, "longest step": 0.0}
    for stage in ("looked through", "taken in"):
        began = perf_counter()
        while it.is_working:
            step = perf_counter()
            advance(it, directory=directory, model=wiring.current_model(), for_s=STEP_S)
            took["longest step"] = max(took["longest step"], perf_counter() - step)
        took[stage] = perf_counter() - began
        begin(it)
    took["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took | {"conversations": it.taken, "messages": it.taken_messages}


def main(megabytes: int = MEGABYTES) -> None:
    with tempfile.TemporaryDirectory(prefix="chatsite-transfer-") as directory:
        path = Path(directory) / "conversations.json"
        write_export(path, megabytes)
        environment = {
            "DATABASE_URL": f"sqlite:///{directory}/chat.sqlite3",
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chatsite.settings",
            "SECRET_KEY": "only-for-a-benchmark-and-long-enough-to-please-every-check",
            "ENV_FILE": os.devnull,
            "DATA_DIR": directory,
        }
        command = [sys.executable, "-m", "benchmarks.transfer", str(path)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    took = json.loads(done.stdout)
    print(
        f"An import of {megabytes} MB as ChatGPT exports it: {took['conversations']:,.0f} conversations, "
        f"{took['messages']:,.0f} messages\n"
    )
    print_bars([Bar(what, took[what], most, unit) for what, (most, unit) in BARS.items()])


if __name__ == "__main__":
    print(json.dumps(import_it(Path(sys.argv[1]))))
