"""`python -m tests.served.people 40 1`: people of the site in DATABASE_URL, signed in, as JSON.

Forty sign-ups by hand would be forty slow hashes; the tests that are about signing in do it by hand.
"""

import json
import sys

import django

PASSWORD = "a long pass phrase"


def main(count: int, staff: int) -> None:
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Permission
    from django.db import transaction

    from accounts.models import User
    from accounts.names import look_alike_key
    from accounts.roles import Role, group_of
    from conversations.management.preparing import prepare

    prepare()
    hashed = make_password(PASSWORD)
    met = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = [
        User(
            username=name,
            username_key=look_alike_key(name),
            password=hashed,
            is_staff=index >= count,
            is_superuser=index >= count,
        )
        for index in range(count + staff)
        for name in [f"{'person' if index < count else 'staff'}-{met + index}"]
    ]
    with transaction.atomic():
        people = User.objects.bulk_create(rows)
        group_of(Role.REVIEWER).user_set.add(*(person for person in people if person.is_staff))
        holds = Permission.objects.get(content_type__app_label="review", codename="place_holds")
        holds.user_set.add(*(person for person in people if person.is_staff))  # given by name alone
        signed_in = [(person.username, session_of(person)) for person in people]
    sys.stdout.write(json.dumps(signed_in))


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
