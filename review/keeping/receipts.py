"""Receipts: what was removed for ever, in numbers, each with a hash over the one before it.

The head says where they end, signed, and is held by whoever adds one: so two at once make one chain, and a
row that was changed or taken away is found.
"""

import logging
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from conversations.services.removing import Cause, Removal
from review.models import PurgeReceipt, ReceiptHead

log = logging.getLogger(__name__)

SALT = "review.receipts"
GENESIS = bytes(32)
COUNTED = ("conversations", "messages", "files", "bytes")


@dataclass(frozen=True, slots=True)
class Day:
    """What one rule removed on one day."""

    day: date
    cause: Cause
    rule: str
    conversations: int
    messages: int
    files: int
    bytes: int
    first: int
    last: int


def write_receipt(removal: Removal) -> None:
    """Add a receipt of `removal`, in the transaction that removes it."""
    with transaction.atomic():
        head = hold_head()
        receipt = PurgeReceipt(
            position=head.position + 1,
            at=timezone.now(),
            cause=removal.cause,
            rule=removal.rule,
            conversations=removal.conversations,
            messages=removal.messages,
            files=removal.files,
            bytes=removal.bytes,
        )
        receipt.hash = link(bytes(head.hash), receipt)
        receipt.save()
        was_signed = is_signed(head)
        head.position, head.hash = receipt.position, receipt.hash
        # What was tampered with is not signed over: the check finds it until somebody has looked.
        head.signature = signer().signature(content_of(head)) if was_signed else ""
        head.save(update_fields=["position", "hash", "signature"])


def hold_head() -> ReceiptHead:
    """Return the head, held until the transaction ends; people may delete what is theirs whatever it says."""
    heads = ReceiptHead.objects.select_for_update()
    head = heads.first()
    if head is None:
        begin()
        head = heads.get()
    if not is_signed(head):
        log.error("The head of the receipts is not signed by this site: see `prune --check-receipts`.")
        last = PurgeReceipt.objects.order_by("-position").first()
        if last is not None:
            head.position, head.hash = last.position, last.hash
    return head


def begin() -> None:
    """Make the head, unless another process does; where there are receipts it was taken away, so unsigned."""
    head = ReceiptHead(pk=1, position=0, hash=GENESIS)
    if not PurgeReceipt.objects.exists():
        head.signature = signer().signature(content_of(head))
    ReceiptHead.objects.bulk_create([head], ignore_conflicts=True)


def is_signed(head: ReceiptHead) -> bool:
    try:
        signer().unsign(f"{content_of(head)}:{head.signature}")
    except BadSignature:
        return False
    return True


def link(before: bytes, receipt: PurgeReceipt) -> bytes:
    said = (
        *(receipt.position, receipt.at.astimezone(timezone.get_fixed_timezone(0)).isoformat()),
        *(str(receipt.cause), receipt.rule, receipt.conversations, receipt.messages),
        *(receipt.files, receipt.bytes),
    )
    return sha256(before + repr(said).encode()).digest()


def signer() -> Signer:
    return Signer(salt=SALT)


def content_of(head: ReceiptHead) -> str:
    return f"{head.position}:{bytes(head.hash).hex()}"


def check_receipts() -> tuple[int, str]:
    """Return how many receipts hold, and in a sentence what is wrong with the next one, if anything is."""
    before, position = GENESIS, 0
    for receipt in PurgeReceipt.objects.order_by("position").iterator(chunk_size=1_000):
        if receipt.position != position + 1:
            return position, f"Receipt {position + 1} is missing."
        if bytes(receipt.hash) != link(before, receipt):
            return position, f"Receipt {receipt.position} was changed."
        before, position = bytes(receipt.hash), receipt.position
    head = ReceiptHead.objects.first()
    if head is None:
        return position, "The head of the receipts is missing." if position else ""
    if not is_signed(head):
        return position, "The head of the receipts is not signed by this site."
    if (head.position, bytes(head.hash)) != (position, before):
        return position, f"There were {head.position} receipts: the last ones are missing."
    return position, ""


def by_day() -> QuerySet[Any, Any]:
    """Return what each rule removed on each day, the newest first, as rows for `day_of`."""
    rows = PurgeReceipt.objects.order_by().annotate(day=TruncDate("at"))
    sums = {f"all_{name}": Sum(name) for name in COUNTED}
    ends = {"first": Min("position"), "last": Max("position")}
    found: QuerySet[Any, Any] = rows.values("day", "cause", "rule").annotate(**sums, **ends)
    return found.order_by("-day", "-last")


def day_of(row: dict[str, Any]) -> Day:
    return Day(
        day=row["day"],
        cause=Cause(row["cause"]),
        rule=row["rule"],
        first=row["first"],
        last=row["last"],
        **{name: row[f"all_{name}"] for name in COUNTED},
    )
