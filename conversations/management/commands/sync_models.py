"""The provider's models, for people to choose from: `manage.py sync_models --offer 'anthropic/*'`."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max
from django.utils.timezone import localtime

from conversations import wiring
from conversations.llm.errors import LLMError
from conversations.models import ChatModel
from conversations.services.catalogue import Bounds, Synced, sync_models
from conversations.services.errors import Refusal

SHOWN = 20


class Command(BaseCommand):
    help = "Read which models the provider has; what it does not tell stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--offer",
            action="append",
            default=[],
            metavar="PATTERN",
            help="offer models of such names to people, as in 'anthropic/*'; may be repeated",
        )

    def handle(self, *args: Any, offer: list[str], **options: Any) -> None:
        wiring.current_model()
        bounds = Bounds(window=settings.LLM_CONTEXT_WINDOW, answer=settings.LLM_MAX_TOKENS)
        try:
            synced = sync_models(wiring.fetch_catalogue(), bounds=bounds, offer=offer)
        except LLMError as error:
            raise CommandError(f"The provider did not tell its models ({error}). {what_is_kept()}") from None
        except Refusal as refusal:
            raise CommandError(f"{refusal} {what_is_kept()}") from None
        self.report(synced)

    def report(self, synced: Synced) -> None:
        self.stdout.write(f"{synced.listed} models are listed, {len(synced.added)} of them new.")
        if synced.refused:
            self.stdout.write(f"{synced.refused} rows had no usable name and were left out.")
        self.tell("Offered to people from now on", synced.offered)
        self.tell("Not listed any more, so not offered", synced.gone)
        self.tell("Not listed any more, but offered by an administrator, and kept", synced.kept)
        if synced.added and not synced.offered:
            self.stdout.write(
                "The new ones are not offered to people yet: do that under Administration → Models, "
                "or with --offer and a pattern such as 'anthropic/*'."
            )

    def tell(self, what: str, names: Sequence[str]) -> None:
        if not names:
            return
        more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        self.stdout.write(f"{what}: {', '.join(names[:SHOWN])}{more}.")


def what_is_kept() -> str:
    last = ChatModel.objects.aggregate(last=Max("last_seen_at"))["last"]
    if last is None:
        return "No list was read before; the models that are here stay."
    return f"The list of {localtime(last):%d %b %Y, %H:%M} is kept."
