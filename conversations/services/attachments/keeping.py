"""Take files in, give them back, and forget them: rows and bytes together."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Attachment, Conversation, Kind
from conversations.models.attachment import AttachmentQuerySet, file_storage, random_place, readable_size
from conversations.services.errors import Refusal, Unavailable
from conversations.services.limits import limits_of, refuse_without

from .inspecting import Finding, inspect, kind_of
from .limits import UNSENT_AT_MOST, FileLimits
from .names import clean_name

log = logging.getLogger(__name__)

# Each tells whether something forbids that the bytes of a file are deleted, as a legal hold does.
FILE_KEEPERS: list[Callable[[Attachment], bool]] = []

KEPT_UNSENT_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Freed:
    """How many files went, and how many bytes they had."""

    files: int = 0
    bytes: int = 0


def accept_upload(
    owner: User, upload: "UploadedFile[bytes]", *, limits: FileLimits, takes: frozenset[Kind]
) -> Attachment:
    """Keep `upload` as a file of `owner` that can be sent with a message; raises Refusal in a sentence.

    What it is, is found out from its bytes. `takes` are the kinds that the model at hand can use.
    """
    refuse_without(limits_of(owner), "attachments")
    name = clean_name(upload.name or "")
    size = upload.size or 0
    if not size:
        raise Refusal(_("“%(name)s” is empty.") % {"name": name})
    if size > limits.largest:
        raise Refusal(
            _("“%(name)s” has %(size)s; at most %(largest)s can be taken.")
            % {"name": name, "size": readable_size(size), "largest": readable_size(limits.largest)}
        )
    data = upload.read()
    refuse_by_kind(kind_of(data), name=name, size=size, limits=limits, takes=takes)
    sweep_unsent(owner)
    refuse_without_room(owner, 0, name=name, limits=limits)  # before any work is done for it
    finding = inspect(data, name=name)
    with transaction.atomic():
        # Uploads of one person wait for each other here, or twenty at once would all find room.
        User.objects.select_for_update().values_list("pk").get(pk=owner.pk)
        refuse_without_room(owner, len(finding.data), name=name, limits=limits)
        return store(owner, finding, name=name)


def refuse_by_kind(kind: Kind, *, name: str, size: int, limits: FileLimits, takes: frozenset[Kind]) -> None:
    """Raise Refusal when the model cannot use such a file, or when it is too large for its kind."""
    most = {Kind.IMAGE: limits.image_bytes, Kind.PDF: limits.pdf_bytes, Kind.TEXT: limits.text_bytes}[kind]
    too_large, unread = {
        Kind.IMAGE: (
            _("“%(name)s” has %(size)s; images of at most %(most)s can be taken."),
            _("This model cannot read images: “%(name)s” was not attached."),
        ),
        Kind.PDF: (
            _("“%(name)s” has %(size)s; PDFs of at most %(most)s can be taken."),
            _("This model cannot read PDFs: “%(name)s” was not attached."),
        ),
        Kind.TEXT: (
            _("“%(name)s” has %(size)s; text files of at most %(most)s can be taken."),
            _("This model cannot read text files: “%(name)s” was not attached."),
        ),
    }[kind]
    if size > most:
        raise Refusal(too_large % {"name": name, "size": readable_size(size), "most": readable_size(most)})
    # A PDF is sent as its text to a model that cannot read it by itself.
    if kind not in takes and not (kind == Kind.PDF and Kind.TEXT in takes):
        raise Refusal(unread % {"name": name})


def refuse_without_room(owner: User, size: int, *, name: str, limits: FileLimits) -> None:
    """Raise Refusal when `owner` has as many files as one person may, or waits with too many unsent."""
    kept = Attachment.objects.kept_for(owner)
    if bytes_kept(owner) + size > limits.per_person_bytes:
        most_size = readable_size(limits.per_person_bytes)
        raise Refusal(
            _(
                "There is no room for “%(name)s”: your files may have %(most_size)s together. "
                "Delete some under “Your files”."
            )
            % {"name": name, "most_size": most_size}
        )
    if kept.filter(messages=None).count() >= UNSENT_AT_MOST:
        raise Refusal(
            _("%(most)s of your files wait to be sent. Send or delete some first.") % {"most": UNSENT_AT_MOST}
        )


def bytes_kept(owner: User) -> int:
    """Return how many bytes the files of `owner` have together."""
    return Attachment.objects.kept_for(owner).aggregate(total=Sum("byte_count"))["total"] or 0


def store(owner: User, finding: Finding, *, name: str) -> Attachment:
    attachment = Attachment(
        owner=owner,
        kind=finding.kind,
        name=name,
        media_type=finding.media_type,
        byte_count=len(finding.data),
        sha256=sha256(finding.data).hexdigest(),
        width=finding.width,
        height=finding.height,
        pages=finding.pages,
        text=finding.text,
        characters=len(finding.text),
    )
    try:
        attachment.file = file_storage().save(random_place(), ContentFile(finding.data))
    except OSError:
        log.exception("A file could not be stored.")
        raise Unavailable(
            _("Files cannot be stored at the moment. Please tell your administrator.")
        ) from None
    attachment.save()
    return attachment


def discard_unsent(attachment: Attachment) -> None:
    """Forget `attachment` if it was never sent; what a message carries stays."""
    forget(Attachment.objects.filter(pk=attachment.pk, messages=None))


def delete_file(attachment: Attachment) -> bool:
    """Delete the bytes and the words of `attachment`; the messages that carry it say that it was deleted.

    Returns False when something keeps them: then it is gone for its owner, and they go when that ends.
    """
    if not attachment.messages.exists():
        forget(Attachment.objects.filter(pk=attachment.pk))
        return True
    with transaction.atomic():
        if is_kept(attachment):
            attachment.deleted_at = attachment.withdrawn_at = timezone.now()
            attachment.save(update_fields=["deleted_at", "withdrawn_at"])
            return False
        empty(attachment)
    return True


def is_kept(attachment: Attachment) -> bool:
    """Tell whether something keeps `attachment`; nothing new can until the transaction ends.

    Whoever keeps something locks the conversation, or the person: so does who asks.
    """
    carrying = Conversation.objects.filter(messages__attachments=attachment).values("pk")
    locked = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=carrying)
    list(locked.order_by("pk").values_list("pk"))
    list(User.objects.select_for_update(no_key=True).filter(pk=attachment.owner_id).values_list("pk"))
    return any(keeps(attachment) for keeps in FILE_KEEPERS)


def empty(attachment: Attachment) -> None:
    """Delete the bytes and the words of `attachment`, and let its row stay; called within a transaction."""
    place = attachment.place
    attachment.deleted_at = attachment.deleted_at or timezone.now()
    attachment.withdrawn_at, attachment.text, attachment.characters = None, "", 0
    attachment.save(update_fields=["deleted_at", "withdrawn_at", "text", "characters"])
    transaction.on_commit(lambda: delete_bytes([place]))


def delete_files_of(conversations: Collection[Conversation]) -> Freed:
    """Delete files that only messages of `conversations` carry. Call it before deleting those for ever."""
    elsewhere = Attachment.messages.through.objects.filter(attachment=OuterRef("pk"))
    elsewhere = elsewhere.exclude(message__conversation__in=conversations)
    carried = Attachment.objects.filter(messages__conversation__in=conversations)
    alone = carried.exclude(Exists(elsewhere)).values_list("pk", flat=True)
    return forget(Attachment.objects.filter(pk__in=set(alone)))


def forget(rows: AttachmentQuerySet) -> Freed:
    """Delete `rows` and, once that is certain, their bytes; return how much that is."""
    columns = ("file", "byte_count", "deleted_at", "withdrawn_at")
    with transaction.atomic():
        found = list(rows.select_for_update(of=("self",)).only(*columns))
        Attachment.objects.filter(pk__in=[attachment.pk for attachment in found]).delete()
        transaction.on_commit(lambda: delete_bytes([attachment.place for attachment in found]))
    there = [one.byte_count for one in found if one.has_bytes]
    return Freed(len(there), sum(there))


def delete_bytes(places: Iterable[str]) -> None:
    for place in places:
        try:
            file_storage().delete(place)
        except OSError:  # `manage.py tidy_files` finds it later
            log.exception("A file could not be deleted.")


def unsent_before(moment_ago: timedelta = KEPT_UNSENT_FOR) -> AttachmentQuerySet:
    """What no message carries and nobody will send any more: never sent, or its conversation is gone."""
    return Attachment.objects.filter(messages=None, created_at__lt=timezone.now() - moment_ago)


def sweep_unsent(owner: User) -> None:
    """Forget a few of the files that `owner` uploaded more than a day ago and did not send."""
    old = list(unsent_before().filter(owner=owner).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    if old:
        forget(Attachment.objects.filter(pk__in=old, messages=None))
