"""Filters under a name: keep one, forget one."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.services.errors import Refusal
from review.models.finding import NAME_LENGTH, QUERY_LENGTH, SavedFilter

from .asked import Asked

MOST = 100


@transaction.atomic
def save_filter(owner: User, *, name: str, asked: Asked, shared: bool) -> SavedFilter:
    """Keep what is `asked` for under `name`, in the place of one of `owner` that has it; raise Refusal."""
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise Refusal(_("Give the filter a name."))
    if len(name) > NAME_LENGTH:
        raise Refusal(_("A name can have %(most)s characters.") % {"most": NAME_LENGTH})
    if not asked.is_valid or len(asked.query) > QUERY_LENGTH:
        raise Refusal(_("These filters cannot be kept: something in them is not understood."))
    if not asked.given:
        raise Refusal(_("Choose a filter first: so far the list shows everything."))
    mine = SavedFilter.objects.filter(owner=owner)
    if mine.exclude(name=name).count() >= MOST:
        raise Refusal(_("You have %(most)s saved filters. Delete one first.") % {"most": MOST})
    values = {"query": asked.query, "shared": shared}
    return SavedFilter.objects.update_or_create(owner=owner, name=name, defaults=values)[0]
