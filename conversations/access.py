"""The only way a view gets a row: every function asks who you are. A stranger's row is not found."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User

from .models import (
    Attachment,
    Conversation,
    Generation,
    Import,
    Message,
    Preset,
    Prompt,
    Reply,
    Scope,
    Share,
    Summary,
)

# Nothing else is asked of the database: a NUL, say, would be an error there.
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who stays on a page: the session they came with, and their account as it was then."""

    session_key: str
    user_id: int
    password: str  # its hash: who changes it ends the sessions they had elsewhere


def get_conversation(user: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id` of `user`, with what its page reads; raise Http404.

    Its `is_running` says whether an answer is being made somewhere in it, `has_replies` whether a reviewer
    wrote to its owner.
    """
    related = ("leaf", "model", "owner__spending")
    rows = Conversation.objects.visible_to(user).select_related(*related)
    rows = rows.annotate(
        is_running=Exists(Generation.objects.answering(OuterRef("pk"))),
        has_replies=Exists(Reply.objects.filter(conversation=OuterRef("pk"))),
    )
    return get_object_or_404(rows, public_id=public_id)


def get_deleted_conversation(user: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id` of `user` even when it is in the trash; raise Http404."""
    return get_object_or_404(Conversation, owner=user, withdrawn_at=None, public_id=public_id)


def get_message(user: User, public_id: UUID) -> Message:
    """Return the message `public_id` of a conversation of `user`; raise Http404."""
    rows = Message.objects.filter(conversation__in=Conversation.objects.visible_to(user))
    related = ("conversation__owner", "conversation__model", "conversation__leaf", "parent", "generation")
    return get_object_or_404(rows.select_related(*related), public_id=public_id)


def find_message(conversation: Conversation, public_id: UUID) -> Message | None:
    """Return the message `public_id` of `conversation`, which was asked for before, or None."""
    return conversation.messages.filter(public_id=public_id).first()


def get_generation(user: User, public_id: UUID) -> Generation:
    """Return the generation `public_id` of an answer in a conversation of `user`; raise Http404."""
    rows = Generation.objects.filter(
        conversation__in=Conversation.objects.visible_to(user), message__isnull=False
    )
    return get_object_or_404(rows.select_related("conversation", "message"), public_id=public_id)


def get_summary(user: User, public_id: UUID) -> Summary:
    """Return the summary `public_id` of a conversation of `user`; raise Http404."""
    rows = Summary.objects.filter(conversation__in=Conversation.objects.visible_to(user))
    related = ("conversation__leaf", "conversation__model", "conversation__owner", "generation", "upto")
    return get_object_or_404(rows.select_related(*related), public_id=public_id)


def get_reply(user: User, public_id: UUID) -> Reply:
    """Return the reply `public_id` to the owner of a conversation of `user`; raise Http404."""
    rows = Reply.objects.filter(conversation__in=Conversation.objects.visible_to(user))
    return get_object_or_404(rows.select_related("conversation"), public_id=public_id)


def get_own_share(user: User, public_id: UUID) -> Share:
    """Return the share `public_id` of a conversation of `user`, open or not; raise Http404."""
    rows = Share.objects.filter(conversation__in=Conversation.objects.visible_to(user))
    return get_object_or_404(rows, public_id=public_id)


def get_share(token: str) -> Share:
    """Return the share that `token` opens; raise Http404: wrong, revoked and expired ones look alike.

    Ask `may_read` before showing it.
    """
    if settings.SHARE_SCOPE == "off" or not TOKEN.fullmatch(token):
        raise Http404
    rows = Share.objects.living().select_related("conversation__owner", "leaf")
    return get_object_or_404(rows, token=token)


def may_read(visitor: User | AnonymousUser, share: Share) -> bool:
    """Return whether `visitor` has come far enough: signed in, unless share and site open it to anyone."""
    for_anyone = share.scope == Scope.ANYONE and settings.SHARE_SCOPE == "anyone"
    return for_anyone or visitor.is_authenticated


def get_import(user: User, public_id: UUID) -> Import:
    """Return the import `public_id` of `user`; raise Http404."""
    return get_object_or_404(Import.objects.select_related("owner"), owner=user, public_id=public_id)


def get_imports(user: User) -> list[Import]:
    """Return the newest imports of `user`, newest first."""
    return list(Import.objects.filter(owner=user)[:20])


def usable_presets(user: User) -> QuerySet[Preset]:
    """Return the presets that `user` may begin with, each with its owner, group and model."""
    # By key: a preset of two groups of one person would come twice by a join.
    mine = Preset.objects.usable_by(user).values("pk")
    return Preset.objects.filter(pk__in=mine).select_related("owner", "group", "model")


def get_preset(user: User, public_id: UUID) -> Preset:
    """Return the preset `public_id` that `user` made; raise Http404."""
    return get_object_or_404(Preset.objects.select_related("group", "model"), owner=user, public_id=public_id)


def get_prompt(user: User, public_id: UUID) -> Prompt:
    """Return the prompt `public_id` of `user`; raise Http404."""
    return get_object_or_404(Prompt, owner=user, public_id=public_id)


def get_attachment(user: User, public_id: UUID) -> Attachment:
    """Return the file `public_id` of `user`, unless it was deleted; raise Http404."""
    return get_object_or_404(Attachment.objects.kept_for(user).without_text(), public_id=public_id)


def find_attachments(user: User, public_ids: Iterable[UUID]) -> list[Attachment]:
    """Return those of the files `public_ids` that `user` has, in the order of their upload."""
    return list(Attachment.objects.kept_for(user).without_text().filter(public_id__in=list(public_ids)))


def find_unsent(user: User, public_ids: Iterable[UUID]) -> list[Attachment]:
    """Return those of the files `public_ids` of `user` that no message carries, in the order of upload."""
    return list(
        Attachment.objects.kept_for(user).without_text().filter(public_id__in=list(public_ids), messages=None)
    )


def still_signed_in(visits: Collection[Visit]) -> set[Visit]:
    """Return those of `visits` whose session and account are still there, in two queries."""
    keys = {visit.session_key for visit in visits}
    sessions = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    people = User.objects.filter(pk__in={visit.user_id for visit in visits}, is_active=True, leaves_at=None)
    passwords = dict(people.values_list("pk", "password"))
    return {
        visit
        for visit in visits
        if visit.session_key in sessions and passwords.get(visit.user_id) == visit.password
    }
