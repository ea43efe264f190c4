"""`python -m tests.served.talk NAME COUNT`: COUNT messages of yesterday in a conversation; prints its id."""

import sys
from datetime import timedelta

import django


def main(name: str, count: int) -> None:
    django.setup()
    from django.utils import timezone

    from accounts.models import User
    from conversations import wiring
    from tests.factories import make_conversation

    owner = User.objects.get(username=name)
    turns = [f"Turn {number}." + " Some words more." * 20 for number in range(count)]
    conversation = make_conversation(owner, *turns, model=wiring.current_model(), title="A long one")
    conversation.messages.update(created_at=timezone.now() - timedelta(days=1))
    sys.stdout.write(str(conversation.public_id))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
