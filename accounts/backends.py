from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from .models import User


class PersonBackend(ModelBackend):
    """Sign-in by name or e-mail address.

    Every attempt costs exactly one password check, whoever is asked for: time must not tell who exists.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> User | None:
        login = username or more.get("email")
        if not login or not password:
            return None
        person = find_person(login)
        if person is None:
            User().set_password(password)
            return None
        if person.check_password(password) and self.user_can_authenticate(person):
            return person
        return None


def find_person(login: str) -> User | None:
    """Return who is meant by a name or an address; None when nobody is, or more than one."""
    try:
        return User.objects.get_by_natural_key(login)
    except User.DoesNotExist:
        if "@" not in login:
            return None
    meant = Q(email__iexact=login) | Q(emailaddress__email__iexact=login)
    people = User.objects.filter(meant).distinct()[:2]
    return people[0] if len(people) == 1 else None
