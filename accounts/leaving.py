"""What is left of a person who is gone, and what other apps have to say about that before.

An app registers when it is ready: nothing here knows of it.
"""

from collections.abc import Callable, Iterable
from secrets import token_hex

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from .models import Announcement, Invitation, SendKey, Theme, User
from .roles import GROUPS

# Each tells whether something forbids to delete what a person wrote, as a legal hold does.
HOLDS: list[Callable[[User], bool]] = []
# Further files for a person's export: a name, and rows that can be written as JSON.
ABOUT: dict[str, Callable[[User], Iterable[object]]] = {}
# What other apps forget of a person, in the same transaction.
FORGETTING: list[Callable[[User], None]] = []


def is_held(person: User) -> bool:
    """Tell whether anything forbids to delete what `person` wrote."""
    return any(hold(person) for hold in HOLDS)


@transaction.atomic
def forget(person: User) -> None:
    """Make of `person` a row that says nothing of anybody, so that what was counted of them stays true.

    Their groups stay, but for those of the roles: the sums of a group would change.
    """
    for forget_more in FORGETTING:
        forget_more(person)
    for kept_by_allauth in (EmailAddress, Authenticator, UserSession):
        kept_by_allauth.objects.filter(user=person).delete()
    if (known := getattr(person, "socialaccount_set", None)) is not None:  # there with OIDC only
        known.all().delete()
    Invitation.objects.filter(accepted_by=person).delete()  # it names the address it was for
    person.user_permissions.clear()
    person.groups.remove(*person.groups.filter(name__in=GROUPS.values()))
    person.username = f"gone-{token_hex(8)}"
    person.first_name = person.last_name = person.email = person.time_zone = person.default_model = ""
    person.language = ""
    person.theme, person.send_key, person.announcement = Theme.SYSTEM, SendKey.ENTER, Announcement.SHORT
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.last_login = person.leaves_at = None
    person.date_joined = person.forgotten_at = timezone.now()
    person.save()
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User))
    about.filter(object_id=str(person.pk)).update(object_repr=person.username)
