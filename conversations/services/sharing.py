"""Share a branch by a link, end the link, and show what it leads to."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation, Scope, Share

from .entries import Entry, entries_of
from .errors import Conflict, Refusal, TooMany
from .history import path_to, spoken
from .limits import limits_of, refuse_without
from .transcript import mark_models

LINKS_AT_MOST = 50  # of one conversation, open at the same time


def share_conversation(
    conversation: Conversation, *, scope: Scope, lasts: timedelta | None, seen: UUID | None = None
) -> Share:
    """Return a new link to the branch that `conversation` shows, open for `lasts`, or until it is revoked.

    `seen` is the last message that the owner's page showed; when the conversation has gone on since, Conflict
    is raised: nobody shares words that they have not seen.
    """
    refuse_without(limits_of(conversation.owner), "sharing")
    leaf = conversation.leaf
    if leaf is None:
        raise Refusal(_("There is nothing to share yet."))
    if seen is not None and seen != leaf.public_id:
        raise Conflict(
            _("This conversation went on elsewhere. Look at its newest state before you share it.")
        )
    generation = getattr(leaf, "generation", None)
    if generation is not None and generation.is_active:
        raise Conflict(_("An answer is still being written here. Stop it, or wait for its end."))
    if conversation.shares.living().count() >= LINKS_AT_MOST:
        raise TooMany(
            _("This conversation has %(most)s open links. End one of them first.") % {"most": LINKS_AT_MOST}
        )
    now = timezone.now()
    return conversation.shares.create(
        leaf=leaf,
        title=conversation.title,
        scope=scope,
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
    )


def revoke_share(share: Share) -> None:
    """End the link of `share` at once and for good."""
    Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now())


def build_shared(share: Share) -> list[Entry]:
    """Return what `share` shows, oldest first: words and their models, nothing that only the owner sees.

    Without thoughts, feedback, other versions, and answers without words; in two queries whatever its length.
    """
    entries = entries_of(spoken(path_to(share.leaf)), None)
    for entry in entries:
        entry.reasoning = ""
    mark_models(entries)
    return entries
