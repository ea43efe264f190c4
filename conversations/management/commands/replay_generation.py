"""What was sent for one generation, what came, and when: `manage.py replay_generation 42`."""

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.models import Generation
from conversations.services.sending import rebuild

FACTS = (
    *("status", "problem", "model_asked", "model_answered", "finish_reason", "http_status", "attempts"),
    *("request_id", "inference_id", "upstream_id", "prompt_tokens", "completion_tokens"),
    *("cached_tokens", "reasoning_tokens", "usage_trusted", "cost_usd", "cost_source"),
    *("queued_at", "started_at", "first_token_at", "finished_at"),
)

# An image or a PDF; nobody reads a megabyte of it.
BASE64 = re.compile(r"[A-Za-z0-9+/]{400,}={0,2}")


class Command(BaseCommand):
    help = "Show what was sent for one generation, what came, and when."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("generation", type=int, help="its number, as in the admin and the log")

    def handle(self, *args: Any, generation: int, **options: Any) -> None:
        row = Generation.objects.select_related("message").filter(pk=generation).first()
        if row is None:
            raise CommandError(f"There is no generation {generation}.")
        for fact in FACTS:
            self.stdout.write(f"{fact:>20}  {getattr(row, fact)}")
        self.stdout.write("\nSent")
        request = rebuild(row)
        if request is None:
            self.stdout.write("  cannot be rebuilt: something it needs has changed or is gone")
        else:
            body = json.dumps(json.loads(request.body()), indent=2, ensure_ascii=False)
            self.stdout.write(without_bytes(body))
            self.stdout.write(f"  SHA-256 of the body, as recorded: {row.body_sha256}")
        if row.message is not None:
            self.stdout.write(f"\nCame\n{row.message.text}")


def without_bytes(body: str) -> str:
    """Return `body` with the beginning and the length of each file in it."""
    return BASE64.sub(lambda found: f"{found[0][:40]}… ({len(found[0]):,} characters)", body)
