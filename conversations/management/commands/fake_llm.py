"""An OpenAI-compatible upstream with every fault on demand, for tests and benchmarks.

The name of the model chooses what it does: `words-200@50` (200 numbered words, 50 a second), `hang`,
`cut-20`, `error-429`, `error-503x2` (twice, then words), `markdown` … `GET /v1/models` lists them,
`GET /stats` counts what happened.
"""

from argparse import ArgumentParser
from typing import Any

import uvloop
from django.core.management.base import BaseCommand

from conversations.management.fake_llm.server import serve


class Command(BaseCommand):
    help = "Serve an upstream double on loopback; the name of the model chooses what it does."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8300, help="0: any free port; it is printed")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        uvloop.run(serve(host, port))
