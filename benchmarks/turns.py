"""What a turn costs in a short and in a long conversation: `python -m benchmarks.turns 10 5000`.

Prints, for each length, the median milliseconds to store a question and, later, its answer.
"""

import json
import sys
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import django

from .table import median
from .words import Writer

if TYPE_CHECKING:
    from accounts.models import User
    from conversations.models import Conversation

TURNS = 10


def main() -> None:
    lengths = [int(argument) for argument in sys.argv[1:]]
    django.setup()
    from .seed import add_person

    talks = [long_talk(add_person(f"turns{length}", "!"), length) for length in lengths]
    times: list[list[float]] = [[] for _ in lengths]
    for turn in range(TURNS + 2):
        for talk, taken in zip(talks, times, strict=True):
            spent = take_turn(talk)
            if turn >= 2:
                taken.append(spent)
    print(json.dumps([median(taken) for taken in times]))


def long_talk(user: "User", length: int) -> "Conversation":
    from django.utils import timezone

    from conversations import wiring
    from conversations.models import Conversation, Message, Role

    talk = Conversation.objects.create(owner=user, model=wiring.current_model(), title="Turns")
    # Long ago, or nobody could say anything for a minute.
    writer, old = Writer(9), timezone.now() - timedelta(days=1)
    last = Message.objects.create(conversation=talk, role=Role.USER, text=writer.question(), created_at=old)
    for number in range(1, length):
        role = Role.ASSISTANT if number % 2 else Role.USER
        text = writer.question()
        last = Message.objects.create(conversation=talk, parent=last, role=role, text=text, created_at=old)
    talk.move_to(last)
    return talk


def take_turn(talk: "Conversation") -> float:
    from django.utils import timezone

    from conversations.models import Generation, Status
    from conversations.services.asking import ask
    from conversations.streaming.ending import Ending, store
    from conversations.streaming.live import LiveAnswer

    writer = Writer(13)
    began = time.perf_counter()
    answer = ask(talk, text=writer.question(), key=uuid.uuid4()).answer
    asked = time.perf_counter() - began
    Generation.objects.filter(message=answer).update(status=Status.RUNNING, owner="bench", fence=1)
    generation = Generation.objects.get(message=answer)
    live = LiveAnswer(generation.pk, 1)
    live.append_text(writer.answer())
    live.rendered()  # rendering is no part of what is measured
    began = time.perf_counter()
    ending = Ending(Status.DONE)
    store(generation, live, owner="bench", ending=ending, facts={}, finished_at=timezone.now())
    return (asked + time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
