"""Reading for a stated reason and a limited time: asked for, approved where that is needed, ended."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.services.errors import Refusal

from .access import PERMISSION, mode_of, needs_two
from .models import AccessGrant, Mode

log = logging.getLogger(__name__)

MOST_HOURS = 72
APPROVING = "review.approve_access"


def may_approve(person: User) -> bool:
    """Tell whether `person` may be the second one: a reader, or who was given that alone."""
    return person.has_perm(PERMISSION) or person.has_perm(APPROVING)


def ask_to_read(reader: User, *, owner: User, reason: str, hours: int) -> AccessGrant:
    """Let `reader` read what `owner` wrote for so many hours, or once a second person has approved it.

    Raises Refusal without a reason, and where no reason helps or none is needed.
    """
    reason = reason.replace("\0", "").strip()[:500]
    if not reason:
        raise Refusal(_("Say why you need to read it."))
    if not 1 <= hours <= MOST_HOURS:
        raise Refusal(_("A grant lasts from one hour to %(most)d.") % {"most": MOST_HOURS})
    mode = mode_of(owner)
    if mode != Mode.GRANTED:
        raise Refusal(_("No grant can be had here: %(mode)s.") % {"mode": mode.label})
    expires_at = None if needs_two(owner) else timezone.now() + timedelta(hours=hours)
    grant = AccessGrant.objects.create(
        reader=reader, owner=owner, reason=reason, hours=hours, expires_at=expires_at
    )
    log.info("Grant %d: %d asks to read what %d wrote.", grant.pk, reader.pk, owner.pk)
    return grant


def approve_grant(grant: AccessGrant, *, by: User) -> AccessGrant:
    """Let the time of `grant` begin; raise Refusal for who asked, for whose words they are, or too late."""
    with transaction.atomic():
        grant = AccessGrant.objects.select_for_update().get(pk=grant.pk)
        if not may_approve(by) or by.pk in {grant.reader_id, grant.owner_id}:
            raise Refusal(_("A grant is approved by somebody else."))
        if grant.state != "waits":
            raise Refusal(_("This grant does not wait any more."))
        grant.approved_by, grant.approved_at = by, timezone.now()
        grant.expires_at = grant.approved_at + timedelta(hours=grant.hours)
        grant.save(update_fields=["approved_by", "approved_at", "expires_at"])
    log.info("Grant %d: approved by %d.", grant.pk, by.pk)
    return grant


def end_grant(grant: AccessGrant) -> None:
    """Let `grant` count no more, from now on; it may have ended before."""
    ended = AccessGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=timezone.now())
    if ended:
        log.info("Grant %d: ended.", grant.pk)


def grants_about(owner: User) -> Iterator[dict[str, object]]:
    """Yield each grant to read what `owner` wrote, the oldest first, with its reason and its time."""
    columns = ("reader__username", "reason", "asked_at", "approved_at", "expires_at", "ended_at")
    for name, *rest in AccessGrant.objects.filter(owner=owner).order_by("pk").values_list(*columns):
        yield dict(zip(("reader_name", *columns[1:]), (name, *rest), strict=True))
