"""People, sessions and conversations, made in a site's environment: `python -m benchmarks.seed ada 50 20 30`.

Sessions are made directly: signing 200 people in would measure the hashing of passwords.
"""

import json
import sys
from typing import TYPE_CHECKING

import django

from .words import Writer

if TYPE_CHECKING:
    from accounts.models import User

TITLES = Writer(1)
PASSWORD = "a long pass phrase"  # noqa: S105 - of people who are made up


def main() -> None:
    name, (people, messages, others) = sys.argv[1], (int(argument) for argument in sys.argv[2:5])
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    hashed = make_password(PASSWORD)
    with transaction.atomic():
        users = [add_person(f"{name}{number}", hashed) for number in range(people)]
        sessions = [add_session(user) for user in users]
        for user in users:
            add_titles(user, others)
        conversations = [add_conversation(user, messages) for user in users] if messages else []
    names = [user.username for user in users]
    print(json.dumps({"names": names, "sessions": sessions, "conversations": conversations}))


def add_person(name: str, hashed: str) -> "User":
    from accounts.models import User

    user = User(username=name, password=hashed)
    user.save()
    return user


def add_session(user: "User") -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.PersonBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def add_titles(user: "User", count: int) -> None:
    from conversations import wiring
    from conversations.models import Conversation

    model = wiring.current_model()
    for _ in range(count):
        Conversation.objects.create(owner=user, model=model, title=TITLES.sentence(5))


def add_conversation(user: "User", messages: int) -> str:
    from conversations import wiring
    from tests.factories import make_conversation

    writer = Writer(user.pk)
    texts = [writer.answer() if number % 2 else writer.question() for number in range(messages)]
    conversation = make_conversation(user, *texts, model=wiring.current_model())
    return str(conversation.public_id)


if __name__ == "__main__":
    main()
