"""What the organisation's own sign-in says of a person, at each sign-in anew: groups, and how it was sure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from .models import User
from .on_record import rights_on_record

ALWAYS = "always"


def claimed(facts: Mapping[str, Any]) -> set[str]:
    """Return the names in the groups claim of what the provider said; none where it is none."""
    for source in (facts.get("userinfo"), facts.get("id_token")):
        names = source.get(settings.OIDC_GROUPS_CLAIM) if isinstance(source, dict) else None
        if isinstance(names, str):
            return {names}
        if isinstance(names, list):
            return {name for name in names if isinstance(name, str)}
    return set()


def proved_twice(facts: Mapping[str, Any]) -> bool:
    """Tell whether the provider asked for a second factor, by what OIDC_SECOND_FACTOR takes for a yes.

    Only the ID token says so, of this sign-in: in `amr` (RFC 8176) or `acr`.
    """
    if ALWAYS in settings.OIDC_SECOND_FACTOR:
        return True
    token = facts.get("id_token")
    told = [token.get("amr"), token.get("acr")] if isinstance(token, dict) else []
    values = [value for claim in told for value in (claim if isinstance(claim, list) else [claim])]
    return any(isinstance(value, str) and value in settings.OIDC_SECOND_FACTOR for value in values)


@transaction.atomic
def take_groups(person: User, names: Iterable[str]) -> None:
    """Put `person` into the groups that OIDC_GROUPS gives for `names`, and out of the others that it gives.

    Groups that OIDC_GROUPS does not mention are given out by administrators, and stay as they are.
    """
    given = {settings.OIDC_GROUPS[name] for name in names if name in settings.OIDC_GROUPS}
    with rights_on_record(User.objects.filter(pk=person.pk), how=f"by {settings.OIDC_NAME}"):
        for group_name in set(settings.OIDC_GROUPS.values()):
            group, _ = Group.objects.get_or_create(name=group_name)
            if group_name in given:
                person.groups.add(group)
            else:
                person.groups.remove(group)
