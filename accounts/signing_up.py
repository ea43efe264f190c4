"""Who may come in by themselves, and who waits for what before the account opens.

An account that waits is not active, so no session, link or stream of it works; it was never used. To sign in
with its right password tells what it waits for; with a wrong one it looks like an account that is not there.
"""

from django.conf import settings
from django.db import transaction

from .models import SignupMode, SiteSettings, User, Wait
from .on_record import put_on_record, put_refusal_on_record


def site_settings() -> SiteSettings:
    """Return what is set now: the row, or what the environment says as long as there is none."""
    return SiteSettings.objects.first() or SiteSettings(signup=settings.SIGNUP)


def is_open() -> bool:
    """Tell whether strangers may sign up; before the first administrator nobody may."""
    return site_settings().signup in {SignupMode.OPEN, SignupMode.APPROVAL} and User.objects.exists()


def first_wait() -> Wait:
    """Return what an account waits for that is being made without an invitation."""
    site = site_settings()
    if site.domains and settings.HAS_MAIL:
        return Wait.MAIL
    # Without mail an address at one of the domains is only a claim.
    return Wait.APPROVAL if site.domains or site.signup != SignupMode.OPEN else Wait.NOTHING


def go_on(person: User) -> None:
    """Let `person` go on who has just confirmed an address: in, or before an administrator."""
    if person.waits_for == Wait.MAIL:
        opens = site_settings().signup == SignupMode.OPEN
        wait = Wait.NOTHING if opens else Wait.APPROVAL
        # An administrator may have decided since the row was read.
        User.objects.filter(pk=person.pk, waits_for=Wait.MAIL).update(waits_for=wait, is_active=opens)


def approve(person: User, *, by: User) -> bool:
    """Open the account of `person`, who waits, on record; False when somebody else decided meanwhile."""
    waiting = User.objects.waiting().filter(pk=person.pk)
    if not waiting.update(waits_for=Wait.NOTHING, is_active=True):
        return False
    put_on_record(person, by=by, what="Let in.")
    return True


@transaction.atomic
def refuse(person: User, *, by: User) -> bool:
    """Remove the account of `person`, who waits and never had anything; the name is free again. On record."""
    waiting = User.objects.waiting().select_for_update().filter(pk=person.pk, last_login=None).first()
    if waiting is None:
        return False
    put_refusal_on_record(waiting, by=by)
    waiting.delete()
    return True
