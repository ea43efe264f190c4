"""Tokens or money on top of a budget, given by an administrator and on record."""

from django.db import transaction

from accounts.models import User
from conversations.models import Grant, Period
from conversations.models.spending import to_units

from .spending import add_to, site_day, start_of


@transaction.atomic
def give(grant: Grant, *, by: User) -> None:
    """Keep `grant`, given by that administrator now, and let its person use it until its period ends."""
    today = site_day()
    grant.granted_by, grant.starts = by, start_of(Period(grant.period), today)
    grant.save()
    add_to(
        grant.person_id,
        today,
        **{
            f"{grant.period}_extra_tokens": grant.tokens,
            f"{grant.period}_extra_cost": to_units(grant.usd),
        },
    )
