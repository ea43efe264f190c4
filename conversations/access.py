"""The only way a view gets a row: every function asks who you are. A stranger's row is not found."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.models import Session
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User

from .models import Attachment, Conversation, Generation, Message


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who stays on a page: the session they came with, and their account as it was then."""

    session_key: str
    user_id: int
    password: str  # its hash: who changes it ends the sessions they had elsewhere


def get_conversation(user: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id` of `user`, with what its page reads; raise Http404."""
    rows = Conversation.objects.visible_to(user).select_related("leaf", "model", "owner")
    return get_object_or_404(rows, public_id=public_id)


def get_deleted_conversation(user: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id` of `user` even when it is in the trash; raise Http404."""
    return get_object_or_404(Conversation, owner=user, public_id=public_id)


def get_message(user: User, public_id: UUID) -> Message:
    """Return the message `public_id` of a conversation of `user`; raise Http404."""
    rows = Message.objects.filter(conversation__in=Conversation.objects.visible_to(user))
    related = ("conversation__owner", "conversation__model", "conversation__leaf", "parent", "generation")
    return get_object_or_404(rows.select_related(*related), public_id=public_id)


def get_generation(user: User, public_id: UUID) -> Generation:
    """Return the generation `public_id` of an answer in a conversation of `user`; raise Http404."""
    rows = Generation.objects.filter(
        conversation__in=Conversation.objects.visible_to(user), message__isnull=False
    )
    return get_object_or_404(rows.select_related("conversation", "message"), public_id=public_id)


def get_attachment(user: User, public_id: UUID) -> Attachment:
    """Return the file `public_id` of `user`, unless it was deleted; raise Http404."""
    return get_object_or_404(Attachment.objects.kept_for(user).without_text(), public_id=public_id)


def find_attachments(user: User, public_ids: Iterable[UUID]) -> list[Attachment]:
    """Return those of the files `public_ids` that `user` has, in the order of their upload."""
    return list(Attachment.objects.kept_for(user).without_text().filter(public_id__in=list(public_ids)))


def still_signed_in(visits: Collection[Visit]) -> set[Visit]:
    """Return those of `visits` whose session and account are still there, in two queries."""
    keys = {visit.session_key for visit in visits}
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    people = User.objects.filter(pk__in={visit.user_id for visit in visits}, is_active=True)
    passwords = dict(people.values_list("pk", "password"))
    return {
        visit
        for visit in visits
        if visit.session_key in sessions and passwords.get(visit.user_id) == visit.password
    }
