"""Invitations: a link that makes one account, once, with groups and role chosen beforehand."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from .first_admin import digest
from .models import Invitation, SignupMode, User
from .on_record import put_rights_on_record
from .roles import administrators
from .signing_up import site_settings

NEWEST = 200  # as many as the administrators' page lists


def invite(
    inviter: User, *, days: int, email: str = "", groups: Iterable[Group] = (), is_staff: bool = False
) -> tuple[Invitation, str]:
    """Make an invitation of `inviter` for one person; return it with the path of its link, told only now."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_hash=digest(token),
        email=email.lower(),
        is_staff=is_staff,
        made_by=inviter,
        expires_at=timezone.now() + timedelta(days=days),
    )
    invitation.groups.set(groups)
    return invitation, reverse("accounts:accept_invitation", args=[token])


def send(request: HttpRequest, invitation: Invitation, link: str) -> bool:
    """Send the link to whom it is for; False when there is no address or no mail."""
    if not (settings.HAS_MAIL and invitation.email):
        return False
    facts = {"link": link, "site_name": settings.SITE_NAME, "invitation": invitation}
    get_adapter(request).send_mail("account/email/invitation", invitation.email, facts)
    return True


def open_invitation(token: str) -> Invitation | None:
    """Return the invitation that `token` opens; None for every other token, whatever is wrong with it."""
    if site_settings().signup == SignupMode.CLOSED:
        return None
    return living().filter(token_hash=digest(token)).first()


def accept(invitation: Invitation, *, username: str, password: str, email: str = "") -> User | None:
    """Make the account that `invitation` is for; None when it was used, revoked or over a moment before.

    An address that the invitation names counts as confirmed: whoever made it vouches for it. Raises
    IntegrityError when the name was taken a moment before; the invitation stays open then.
    """
    address = invitation.email or email.lower()
    # The slow hash is made before the transaction: on SQLite nobody else writes during one.
    person = User(
        username=username, email=address, password=make_password(password), is_staff=invitation.is_staff
    )
    with transaction.atomic():
        if not living().filter(pk=invitation.pk).update(accepted_at=timezone.now()):
            return None
        person.save()
        person.groups.set(invitation.groups.all())
        put_rights_on_record({person.pk: "member"}, by=invitation.made_by, how="by an invitation")
        Invitation.objects.filter(pk=invitation.pk).update(accepted_by=person)
        if address:
            taken = EmailAddress.objects.filter(email=address, verified=True).exists()
            vouched = bool(invitation.email) and not taken
            EmailAddress.objects.create(user=person, email=address, primary=True, verified=vouched)
    return person


def living() -> QuerySet[Invitation]:
    """Return the invitations that somebody can still accept."""
    rows = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    # It says what its maker may say: with their rights it ends too.
    return rows.filter(made_by__in=administrators())


def revoke(invitation: Invitation) -> bool:
    """End an invitation that nobody has accepted; False when there was nothing to end."""
    return bool(living().filter(pk=invitation.pk).update(revoked_at=timezone.now()))


def newest_invitations() -> list[Invitation]:
    """Return the newest invitations with who made and who accepted them, newest first, in two queries."""
    rows = Invitation.objects.select_related("made_by", "accepted_by").prefetch_related("groups")
    return list(rows.order_by("-made_at", "-pk")[:NEWEST])
