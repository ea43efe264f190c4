"""An import from the upload to its end: received, looked through, begun by the person, taken in.

Nothing works on its own: whoever looks at the page asks for the next small step. So an import waits when
nobody looks, goes on after a restart, and never holds the database for longer than one batch. What a step has
written and how far it came are one transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import BinaryIO
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from conversations.models import ChatModel, Import, Stage
from conversations.models.transfer import OPEN
from conversations.services.errors import Conflict
from conversations.services.limits import limits_of, refuse_without
from conversations.services.titles import tidy

from .formats import read_conversation
from .records import Place, Record, read_records
from .unpacking import NOT_KNOWN, unpack
from .values import ConversationCopy, Unreadable
from .writing import find_here, write_conversation

BATCH_CONVERSATIONS = 50
BATCH_MESSAGES = 500
BATCH_S = 0.3  # of reading
MAX_SKIPPED_NAMED = 200
# A file in which more records than these, and most of them, are no conversations is no export.
MAX_UNREADABLE = 1_000
FORGOTTEN_AFTER = timedelta(days=2)

ONE_AT_A_TIME = gettext_noop("Another import of yours is not finished. Finish or drop it first.")
FILE_GONE = gettext_noop("The uploaded file is not there any more. Please upload it again.")
EMPTY = gettext_noop("There are no conversations in this file.")
NONE_READABLE = gettext_noop("No conversation in this file can be read. The first record: %(why)s.")


def receive(owner: User, upload: BinaryIO, *, name: str, directory: Path, most_bytes: int) -> Import:
    """Keep what matters of `upload` in `directory` and return its import, to be looked through.

    Raises Refusal for what is no export, is too large, or comes while another one is open.
    """
    refuse_without(limits_of(owner), "importing")
    tidy_up(directory)
    if owner.imports.filter(stage__in=OPEN).exists():
        raise Conflict(_(ONE_AT_A_TIME))
    public_id = uuid4()
    path = path_of(public_id, directory)
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as target:
            size = unpack(upload, target, most_bytes=most_bytes)
        file_name = tidy(name.replace("\\", "/").rpartition("/")[2])[:200]
        return Import.objects.create(public_id=public_id, owner=owner, file_name=file_name, size=size)
    except IntegrityError as error:
        path.unlink()
        raise Conflict(_(ONE_AT_A_TIME)) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def path_of(public_id: object, directory: Path) -> Path:
    return directory / f"{public_id}.json"


def begin(it: Import) -> None:
    """Let `it`, which has been looked through, be taken in."""
    fresh = {"offset": 0, "record": 0, "in_list": False, "here_already": 0, "unreadable": 0, "skipped": []}
    rows = Import.objects.filter(pk=it.pk, stage=Stage.CHECKED)
    rows.update(stage=Stage.IMPORTING, updated_at=timezone.now(), **fresh)
    it.refresh_from_db()


def drop(it: Import, *, directory: Path) -> None:
    """Give `it` up and forget its file; what was taken in already stays."""
    Import.objects.filter(pk=it.pk, stage__in=OPEN).update(stage=Stage.DROPPED, updated_at=timezone.now())
    path_of(it.public_id, directory).unlink(missing_ok=True)
    it.refresh_from_db()


def tidy_up(directory: Path) -> None:
    """Drop the imports that nobody has looked at for days, with their files."""
    before = timezone.now() - FORGOTTEN_AFTER
    for it in Import.objects.filter(stage__in=OPEN, updated_at__lt=before):
        drop(it, directory=directory)


def advance(it: Import, *, directory: Path, model: ChatModel, for_s: float) -> None:
    """Work on `it` for about `for_s` seconds; the conversations that it adds go on with `model`."""
    if not it.is_working:
        return
    until = monotonic() + for_s
    path = path_of(it.public_id, directory)
    try:
        with path.open("rb") as file:
            for batch in _batches(file, it):
                if not _take_batch(it, batch, model) or monotonic() > until:
                    break
    except FileNotFoundError:
        it.stage, it.problem = Stage.FAILED, FILE_GONE
        it.save(update_fields=["stage", "problem"])
    if not it.is_open:
        path.unlink(missing_ok=True)


@dataclass(slots=True)
class Batch:
    """What is dealt with at once: conversations, what cannot be read, and the place `after` it."""

    after: Place
    copies: list[tuple[str, ConversationCopy]] = field(default_factory=list)
    unreadable: list[dict[str, object]] = field(default_factory=list)
    is_last: bool = False
    messages: int = 0

    def add(self, record: Record) -> None:
        self.after = record.after
        try:
            if record.value is None:
                raise Unreadable(record.why)
            source, copy = read_conversation(record.value)
        except Unreadable as reason:
            facts = {"facts": reason.facts} if reason.facts else {}
            self.unreadable.append({"number": record.number, "why": reason.why, **facts})
            return
        self.copies.append((source, copy))
        self.messages += len(copy.messages)

    @property
    def is_full(self) -> bool:
        return len(self.copies) >= BATCH_CONVERSATIONS or self.messages >= BATCH_MESSAGES

    @property
    def keys(self) -> list[tuple[str, str]]:
        return [(source, copy.key) for source, copy in self.copies]


def _batches(file: BinaryIO, it: Import) -> Iterator[Batch]:
    """Yield what is left of `file`, in batches that are small in messages, in conversations and in time."""
    batch = Batch(Place(it.offset, it.record, it.in_list))
    began = monotonic()
    for record in read_records(file, batch.after):
        batch.add(record)
        if batch.is_full or monotonic() - began > BATCH_S:
            yield batch
            batch = Batch(batch.after)
            began = monotonic()
    batch.is_last = True
    yield batch


def _take_batch(it: Import, batch: Batch, model: ChatModel) -> bool:
    """Count `batch`, or take it in, and keep how far `it` came: all or nothing. Tell whether it was done."""
    with transaction.atomic():
        # Two pages of one import: the slower one finds that the other has done this already.
        Import.objects.select_for_update().get(pk=it.pk)
        before = (it.stage, it.offset, it.record)
        it.refresh_from_db()
        if (it.stage, it.offset, it.record) != before:
            return False
        here = find_here(it.owner, batch.keys)
        if it.stage == Stage.IMPORTING:
            _write(it, batch, here, model)
        else:
            _count(it, batch, here)
        _move_on(it, batch)
        it.save()
        return True


def _count(it: Import, batch: Batch, here: set[tuple[str, str]]) -> None:
    for source, copy in batch.copies:
        it.source = it.source or source
        if (source, copy.key) in here:
            it.here_already += 1
            continue
        it.found += 1
        it.messages += len(copy.messages)
        it.replaced += copy.replaced


def _write(it: Import, batch: Batch, here: set[tuple[str, str]], model: ChatModel) -> None:
    now = timezone.now()
    for source, copy in batch.copies:
        if (source, copy.key) in here:  # also when the file has it twice
            it.here_already += 1
            continue
        write_conversation(it.owner, copy, source=source, model=model, now=now)
        here.add((source, copy.key))
        it.taken += 1
        it.taken_messages += len(copy.messages)


def _move_on(it: Import, batch: Batch) -> None:
    it.updated_at = timezone.now()
    it.offset, it.record, it.in_list = batch.after.offset, batch.after.number, batch.after.in_list
    it.unreadable += len(batch.unreadable)
    room = max(0, MAX_SKIPPED_NAMED - len(it.skipped))
    it.skipped += batch.unreadable[:room]
    known = it.found + it.here_already + it.taken
    if it.unreadable > MAX_UNREADABLE and it.unreadable > known:
        it.stage, it.problem = Stage.FAILED, NOT_KNOWN
    elif batch.is_last:
        it.offset = it.size
        if it.stage == Stage.IMPORTING:
            it.stage = Stage.DONE
        elif known:
            it.stage = Stage.CHECKED
        else:
            it.stage, it.problem = Stage.FAILED, NONE_READABLE if it.skipped else EMPTY
