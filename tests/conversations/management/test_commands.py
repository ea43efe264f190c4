from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from conversations.management.commands.seed_demo import NAME, PASSWORD
from conversations.models import Conversation, Generation, Kind, Status
from conversations.services.asking import start_conversation
from conversations.services.sending import prepare
from tests.factories import make_attachment, make_model


def run(command: str, *args: object) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def test_the_demo_has_a_conversation_in_every_state_and_can_be_made_again(db, client):
    assert PASSWORD in run("seed_demo")
    count = Conversation.objects.count()
    run("seed_demo")

    assert Conversation.objects.count() == count
    assert set(Generation.objects.values_list("status", flat=True)) >= {
        Status.DONE,
        Status.STOPPED,
        Status.INTERRUPTED,
        Status.FAILED,
    }
    assert client.login(username=NAME, password=PASSWORD)
    for conversation in User.objects.get(username=NAME).conversations.all():
        assert client.get(f"/c/{conversation.public_id}/").status_code == 200


def test_what_was_sent_is_shown_or_said_to_be_gone(ada):
    exchange = start_conversation(ada, text="What do otters eat?", key=uuid4(), model=make_model())
    generation = exchange.answer.generation
    prepare(generation)

    shown = run("replay_generation", generation.pk)
    assert '"content": "What do otters eat?"' in shown
    assert generation.body_sha256 in shown

    exchange.question.text = "What do otters drink?"
    exchange.question.save()
    assert "cannot be rebuilt" in run("replay_generation", generation.pk)


def test_a_generation_that_is_not_there_is_said_so(db):
    with pytest.raises(CommandError, match="no generation 7"):
        run("replay_generation", 7)


def test_a_picture_that_was_sent_is_not_printed_whole(ada):
    image = make_attachment(ada, kind=Kind.IMAGE, data=b"\1" * 3_000)
    exchange = start_conversation(ada, text="Look", key=uuid4(), model=make_model(), files=[image])
    prepare(exchange.answer.generation)

    shown = run("replay_generation", exchange.answer.generation.pk)

    assert "data:image/png;base64,AQEB" in shown
    assert "… (4,000 characters)" in shown
    assert len(shown) < 3_000
