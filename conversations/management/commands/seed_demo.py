"""A site with a conversation in every state: `manage.py seed_demo`, safe to repeat."""

from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import User
from conversations.models import (
    Attachment,
    Conversation,
    Generation,
    Message,
    Preset,
    Problem,
    Prompt,
    Role,
    Scope,
    Status,
)
from conversations.rendering import render
from conversations.services.attachments.inspecting import inspect
from conversations.services.attachments.keeping import delete_file, forget, store
from conversations.services.feedback import explain_feedback
from conversations.services.sharing import share_conversation
from conversations.wiring import current_model

# An otter, from afar.
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAPAAAACgAgMAAABPtQn2AAAACVBMVEWKtMh6VTMvb3oEJr1kAAABiklEQVR42u2YPXKDMBCF"
    "ZVlUaVTYqXMU7mD7krELKtUcJT0p1MOENJlJDG+lpwTGTGa3sUH7zdsf/QDGqKmpqampqampPcJ2qbGzMaZvfgVfvn67VvLY"
    "Z1nz9PxWCl++/4q0FdijeJGHq/ru8lwU9mlSVhw4Vq6mNw4FyqdZR6G0pYQF6T0lLEhbThhLI9iz8xjBNSxiTcEVbv2Bgj29"
    "/iwbNbpv+RXuCdhJsCNgz286lk4ZjNiCTc1nYSfDjt2GKLN0vUBGlq/XfGzRsFPHzyylRZVdytmt2qq/wL7kMN9O2HXSu95q"
    "2Ar/T3j6TNK9pLzDVnOOKedxs60aUs7DmspjyjmuOcOSUyzklCPf5oX7PPCdmsMjX2zwmiBXLORzjnS9ADzQKQN4pFNGr0ZS"
    "0oFZkpFNGcE9ht+5Nzocd+B2kkhGDeGejBovDPB1Y2xZuOeEhSXZUMIC3FPC0mbQMMLS14qP+17fyk6MTrxg9rDrD7YtPquu"
    "WdbsXvVRSmGFFVZYYYUVVvgR8CcTGka5aAZ8QwAAAABJRU5ErkJggg=="
)
NAME, PASSWORD = "demo", "demo pass phrase"
SHOWCASE = Path(__file__).parent.parent / "showcase.md"
QUICKSORT = Path(__file__).parent.parent / "quicksort.md"
DAYS = (0, 0, 1, 1, 3, 5, 9, 20, 45, 80, 200, 400)
SAID = (
    ("Plan a quiet weekend", "Two days by the sea: **Saturday** walk the cliffs, *Sunday* read."),
    ("What do otters eat?", "Fish, crabs and sea urchins.\n\n- crabs\n- urchins\n- clams"),
    ("مرحبا، كيف حالك؟", "أنا بخير، شكرًا لسؤالك. كيف يمكنني مساعدتك اليوم؟"),
    ("Name a tea shop by a canal", "*The Slow Boat*, *Lock and Leaf*, or plainly *Tea at Seven*."),
    (
        "Which plants like shade?",
        "Ferns, hostas and lily of the valley; **ivy** where nothing else grows.",
    ),
    ("Explain tides", "The Moon pulls the water nearest to it a little more than it pulls the Earth."),
)
PROMPTS = (
    ("explain", "Explain {{what}} to {{whom}}, with one example."),
    ("summary", "Sum up in three sentences what was said so far."),
)
ENDINGS = (
    (Status.DONE, Problem.CUT_SHORT, "A long list begins here:\n\n1. One\n2. Two"),
    (Status.STOPPED, "", "This was stopped in the middle of a"),
    (Status.INTERRUPTED, Problem.BROKEN_OFF, "The first half of an answer, and then"),
    (Status.INTERRUPTED, Problem.PROCESS_GONE, "Words that were kept when the server was restarted"),
    *((Status.FAILED, problem, "") for problem in (Problem.UNREACHABLE, Problem.FUNDS, Problem.TOO_LONG)),
)


class Command(BaseCommand):
    help = "Make a person with a conversation in every state."

    def handle(self, *args: Any, **options: Any) -> None:
        person, made = User.objects.get_or_create(username=NAME, defaults={"first_name": "Dana"})
        if made:
            person.set_password(PASSWORD)
            person.save()
        person.conversations.all().delete()
        keep_beginnings(person)
        showcase(person)
        with_files(person)
        for status, problem, text in ENDINGS:
            label = Problem(problem).label if problem else "Stopped"
            talk(
                person,
                [("Tell me something", text)],
                title=f"{status}: {label}",
                status=status,
                problem=problem,
                days=30,
            )
        for index, days in enumerate(DAYS):
            question, answer = SAID[index % len(SAID)]
            talk(person, [(question, answer)] * (1 + index % 3), title=question, days=days)
        question = "Show me quicksort in Python, and what it costs."
        talk(person, [(question, QUICKSORT.read_text())], title="Quicksort and what it costs")
        self.stdout.write(f"Sign in as {NAME} with the password: {PASSWORD}")


def keep_beginnings(person: User) -> None:
    """A preset and two prompts, to begin with."""
    preset = {"description": "Shortens, and says what it cut", "system_prompt": "Shorten what you are given."}
    Preset.objects.update_or_create(owner=person, name="Editor", defaults=preset)
    for name, text in PROMPTS:
        Prompt.objects.update_or_create(owner=person, name=name, defaults={"text": text})


def showcase(person: User) -> None:
    """One conversation with everything that Markdown can do, an edited question and two answers."""
    conversation = talk(
        person, [("Show me everything you can format.", SHOWCASE.read_text())], title="Everything"
    )
    question = conversation.messages.get(role=Role.USER)
    answer(conversation, question, 1, "A second answer to the same question.", Status.DONE, "")
    edited = conversation.messages.create(
        parent=None, position=1, role=Role.USER, text="Show me nothing at all.", idempotency_key=uuid4()
    )
    answer(conversation, edited, 0, "…", Status.DONE, "")
    shown = conversation.messages.filter(role=Role.ASSISTANT).earliest("pk")
    explain_feedback(shown, thumb="down", reasons=["incomplete"], words="No otters in it.")
    share_conversation(conversation, scope=Scope.PEOPLE, lasts=None)


def with_files(person: User) -> None:
    """A question with a picture, a text and a file that is deleted again."""
    forget(Attachment.objects.filter(owner=person))
    conversation = talk(person, [("What do these show?", "An otter, and what it eats.")], title="Files")
    question = conversation.messages.get(role=Role.USER)
    for name, data in (
        ("otter.png", PICTURE),
        ("food.csv", b"food,share\nurchins,38\n"),
        ("old.txt", b"old"),
    ):
        attachment = store(person, inspect(data, name=name), name=name)
        attachment.messages.add(question)
        if name == "old.txt":
            delete_file(attachment)
    alone = talk(person, [("", "An otter on its back, in the sea.")], title="otter.png")
    picture = store(person, inspect(PICTURE, name="otter.png"), name="otter.png")
    picture.messages.add(alone.messages.get(role=Role.USER))


def talk(
    person: User,
    turns: list[tuple[str, str]],
    *,
    title: str,
    days: int = 0,
    status: str = Status.DONE,
    problem: str = "",
) -> Conversation:
    conversation = Conversation.objects.create(owner=person, model=current_model(), title=title)
    leaf: Message | None = None
    for question, reply in turns:
        asked = conversation.messages.create(
            parent=leaf, role=Role.USER, text=question, idempotency_key=uuid4()
        )
        leaf = answer(conversation, asked, 0, reply, status, problem)
    conversation.leaf = leaf
    conversation.updated_at = timezone.now() - timedelta(days=days)
    conversation.save()
    return conversation


def answer(
    conversation: Conversation, question: Message, position: int, text: str, status: str, problem: str
) -> Message:
    message = conversation.messages.create(
        parent=question,
        position=position,
        role=Role.ASSISTANT,
        text=text,
        reasoning="First the shape of the answer, then its words." if len(text) > 500 else "",
        **render(text),
    )
    now = timezone.now()
    Generation.objects.create(
        conversation=conversation,
        message=message,
        status=status,
        problem=problem,
        model_asked=conversation.model.name,
        model_answered=conversation.model.name,
        started_at=now,
        first_token_at=now + timedelta(seconds=2),
        finished_at=now + timedelta(seconds=9),
        prompt_tokens=len(question.text) // 4,
        completion_tokens=len(text) // 4,
        usage_trusted=True,
    )
    return message
