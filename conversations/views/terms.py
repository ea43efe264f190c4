"""How long things stay for one person, as pages say it."""

from django.conf import settings

from accounts.models import User
from conversations.services.terms import Terms, terms_of


def site_terms() -> Terms:
    return Terms(trash_days=settings.TRASH_DAYS, temporary_hours=settings.TEMPORARY_HOURS)


def terms_for(person: User) -> Terms:
    return terms_of(person, site_terms())
