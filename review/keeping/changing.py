"""Changing a retention policy: on record."""

from django.db import transaction

from accounts.models import User
from review.models import RetentionChange, RetentionPolicy

NONE, EVER = "none", "ever"


def keep_policy(policy: RetentionPolicy, *, by: User) -> None:
    """Save `policy`, which is new or changed, on record."""
    with transaction.atomic():
        found = RetentionPolicy.objects.select_for_update().filter(pk=policy.pk).order_by().first()
        before = said(found.days) if found else NONE
        policy.save()
        put_on_record(policy, before=before, after=said(policy.days), by=by)


def drop_policy(policy: RetentionPolicy, *, by: User) -> None:
    """Say nothing any more of what `policy` was about, on record."""
    with transaction.atomic():
        put_on_record(policy, before=said(policy.days), after=NONE, by=by)
        policy.delete()


def said(days: int | None) -> str:
    return EVER if days is None else str(days)


def put_on_record(policy: RetentionPolicy, *, before: str, after: str, by: User) -> None:
    if before != after:
        name = policy.group.name if policy.group else ""
        RetentionChange.objects.create(group_name=name, sort=policy.sort, before=before, after=after, by=by)
