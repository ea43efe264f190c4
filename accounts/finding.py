"""Finding people, for administrators."""

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet

from .models import User, Wait
from .names import look_alike_key
from .roles import with_roles

WORDS_LENGTH = 200


def find_people(words: str = "") -> QuerySet[User]:
    """Return who is in, open or closed, and whose names or addresses hold `words`; by name, with roles."""
    here = User.objects.filter(forgotten_at=None, waits_for=Wait.NOTHING)
    people = with_roles(here).order_by("username_key")
    words = plain(words)
    if not words:
        return people
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"), email__icontains=words)
    return people.filter(
        Q(username_key__contains=look_alike_key(words))
        | Q(email__icontains=words)
        | Q(first_name__icontains=words)
        | Q(last_name__icontains=words)
        | Exists(addresses)
    )


def plain(words: str) -> str:
    """Return `words` as a database can be asked for them."""
    return words.replace("\0", "").strip()[:WORDS_LENGTH]
