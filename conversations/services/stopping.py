"""Stop what is being written, wherever it runs."""

from django.db import transaction
from django.utils import timezone

from conversations import bus
from conversations.models import Conversation, Generation, Status

from .settling import release


@transaction.atomic
def stop_answer(generation: Generation) -> None:
    """Stop `generation`, wherever it runs; what arrived is kept. Twice, or too late, does no harm."""
    rows = Generation.objects.filter(pk=generation.pk)
    never_ran = rows.filter(status=Status.QUEUED).update(status=Status.STOPPED, finished_at=timezone.now())
    if never_ran:
        release(generation)
        transaction.on_commit(lambda: bus.ring("answer", generation.pk))  # no runner will tell its viewers
    else:
        rows.active().update(stop_requested=True)
    transaction.on_commit(lambda: bus.ring("stop", generation.pk))


def stop_conversation(conversation: Conversation) -> None:
    """Stop whatever is being written for `conversation`."""
    for generation in conversation.generations.active():
        stop_answer(generation)
