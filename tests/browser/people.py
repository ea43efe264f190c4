"""`python -m tests.browser.people 40 1`: people of the site in DATABASE_URL, signed in, as JSON.

Forty sign-ups by hand would be forty slow hashes; the walks that are about signing in do it by hand.
"""

import json
import sys

import django

PASSWORD = "a long pass phrase"


def main(count: int, staff: int) -> None:
    django.setup()
    from django.contrib.auth.hashers import make_password

    from accounts.models import User
    from accounts.names import look_alike_key

    hashed = make_password(PASSWORD)
    rows = [
        User(
            username=name,
            username_key=look_alike_key(name),
            password=hashed,
            is_staff=index >= count,
            is_superuser=index >= count,
        )
        for index in range(count + staff)
        for name in [f"person-{index}" if index < count else f"staff-{index}"]
    ]
    people = User.objects.bulk_create(rows)
    sys.stdout.write(json.dumps([(person.username, session_of(person)) for person in people]))


def session_of(person: object) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = "accounts.backends.PersonBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()  # type: ignore[attr-defined]
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
