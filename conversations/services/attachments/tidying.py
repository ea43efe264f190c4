"""What is left over: files never sent, or whose conversation is gone, and bytes that no row names."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations.models import Attachment
from conversations.models.attachment import file_storage

from .keeping import KEPT_UNSENT_FOR, delete_bytes, empty, forget, is_kept, unsent_before

AT_ONCE = 500


def forget_unsent(*, older_than: timedelta = KEPT_UNSENT_FOR) -> int:
    """Forget every file that no message carries and that is older than a day; return how many there were."""
    forgotten = 0
    while pks := list(unsent_before(older_than).values_list("pk", flat=True)[:AT_ONCE]):
        forget(Attachment.objects.filter(pk__in=pks, messages=None))
        forgotten += len(pks)
    return forgotten


def empty_withdrawn() -> int:
    """Delete the bytes of files that their owner deleted and that nothing keeps any more; return how many."""
    emptied = 0
    for key in list(Attachment.objects.filter(withdrawn_at__isnull=False).values_list("pk", flat=True)):
        with transaction.atomic():
            attachment = Attachment.objects.filter(pk=key).first()
            if attachment is None or is_kept(attachment):
                continue
            # Asked again under the locks: another process may have emptied it.
            rows = Attachment.objects.select_for_update(of=("self",)).filter(withdrawn_at__isnull=False)
            if attachment := rows.filter(pk=key).first():
                empty(attachment)
                emptied += 1
    return emptied


def delete_nameless_bytes(*, older_than: timedelta = KEPT_UNSENT_FOR) -> int:
    """Delete bytes that no row names and that no upload of today may yet name; return how many there were."""
    storage = file_storage()
    if not storage.exists(""):
        return 0
    deleted = 0
    for directory in storage.listdir("")[0]:
        places = {f"{directory}/{name}" for name in storage.listdir(directory)[1]}
        kept = Q(deleted_at=None) | Q(withdrawn_at__isnull=False)
        named = Attachment.objects.filter(kept, file__startswith=f"{directory}/")
        nameless = places - set(named.values_list("file", flat=True))
        old = [place for place in nameless if storage.get_modified_time(place) < timezone.now() - older_than]
        delete_bytes(old)
        deleted += len(old)
    return deleted
