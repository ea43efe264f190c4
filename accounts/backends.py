from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, Q
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
        if person.check_password(password) and (person.waits_for or self.user_can_authenticate(person)):
            # Who waits is told so, and gets no session: AccountAdapter.pre_login.
            return person
        return None


def find_person(login: str) -> User | None:
    """Return who is meant by a name or an address; None when nobody is, or more than one.

    An address is theirs who confirmed it; what others merely typed takes nothing from them.
    """
    try:
        return User.objects.get_by_natural_key(login)
    except User.DoesNotExist:
        if "@" not in login:
            return None
    proof = EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=login, verified=True)
    meant = User.objects.filter(Q(email__iexact=login) | Q(emailaddress__email__iexact=login)).distinct()
    first = list(meant.annotate(proven=Exists(proof)).order_by("-proven", "-is_active", "pk")[:2])
    claims = [(person.proven, person.is_active) for person in first]
    return first[0] if claims and claims[1:] != claims[:1] else None
