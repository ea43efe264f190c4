"""Change many conversations at once, and take that back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from conversations.models import Conversation, Generation

from .errors import Refusal
from .organising import folder_name
from .stopping import stop_answer

CHANGES = ("archive", "unarchive", "move", "delete")


class Undo(TypedDict):
    """What it takes to undo a change: for each key of a conversation its folder as it was."""

    change: str
    rows: dict[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done, in a sentence, and how to take it back."""

    sentence: str
    undo: Undo


@transaction.atomic
def change_many(user: User, public_ids: Collection[UUID], *, change: str, folder: str = "") -> Changed:
    """Archive, unarchive, move or delete those of `public_ids` that `user` has; raise Refusal for none."""
    if change not in CHANGES:
        raise Refusal(_("Say what is to be done with them."))
    folder = folder_name(folder)
    rows = Conversation.objects.visible_to(user).filter(public_id__in=public_ids)
    if change in ("archive", "unarchive"):
        rows = rows.filter(archived=change == "unarchive")
    before = {str(pk): name for pk, name in rows.values_list("pk", "folder")}
    if not before:
        raise Refusal(_("Choose at least one conversation first."))
    chosen = Conversation.objects.filter(pk__in=before)
    if change == "move":
        chosen.update(folder=folder)
    elif change == "delete":
        chosen.update(deleted_at=timezone.now())
        for generation in Generation.objects.active().filter(conversation__in=list(before)):
            stop_answer(generation)
    else:
        chosen.update(archived=change == "archive")
    return Changed(sentence_of(change, len(before), folder), {"change": change, "rows": before})


@transaction.atomic
def undo_change(user: User, undo: Undo) -> None:
    """Put everything back as it was before a change of `user`, as far as it is still there."""
    rows = Conversation.objects.filter(owner=user, withdrawn_at=None, pk__in=list(undo["rows"]))
    if undo["change"] == "delete":
        rows.update(deleted_at=None)
    elif undo["change"] == "move":
        folders: dict[str, list[str]] = {}
        for pk, folder in undo["rows"].items():
            folders.setdefault(folder, []).append(pk)
        for folder, keys in folders.items():
            rows.filter(pk__in=keys).update(folder=folder)
    else:
        rows.update(archived=undo["change"] == "unarchive")


def sentence_of(change: str, count: int, folder: str) -> str:
    if change == "archive":
        return ngettext("%d conversation was archived.", "%d conversations were archived.", count) % count
    if change == "unarchive":
        return ngettext("%d conversation is back.", "%d conversations are back.", count) % count
    if change == "delete":
        return ngettext("%d conversation was deleted.", "%d conversations were deleted.", count) % count
    if not folder:
        return (
            ngettext("%d conversation is in no folder.", "%d conversations are in no folder.", count) % count
        )
    moved = ngettext(
        "%(count)d conversation is in “%(folder)s”.", "%(count)d conversations are in “%(folder)s”.", count
    )
    return moved % {"count": count, "folder": folder}
