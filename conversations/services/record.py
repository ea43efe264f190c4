"""What a row keeps of the messages that were sent: where they end, how many there are, and what is odd.

A message is written once and knows the one before it, so the end of a branch and a number say which they
were, and the hash of the body proves their words. A list of them all grows with the square of a conversation.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NotRequired, TypedDict, cast

from conversations.models import Attachment, Generation, Message

from .attachments.parts import FileGone, Sending, Way
from .history import path_to

# The files of the messages that are sent, by message.
Files = Mapping[int, Sequence[Sending]]


class Sent(TypedDict):
    """The `length` newest messages up to `last`, by its key; up to what the answer stands below without it.

    `without` are those among them that had no words to send, `files` id, hash and way of what was carried.
    """

    last: NotRequired[int]
    length: int
    without: NotRequired[list[int]]
    files: NotRequired[dict[str, list[list[str]]]]


def describe(
    branch: Sequence[Message], sent: Sequence[Message], files: Files, *, below: int | None = None
) -> Sent | None:
    """Return what to keep of `sent`, some messages of `branch` in its order; None when there are none.

    The answer stands `below` a message: mostly the last one that is sent, which its own row has then.
    """
    if not sent:
        return None
    keys = [message.pk for message in branch]
    chosen = {message.pk for message in sent}
    stretch = keys[keys.index(sent[0].pk) : keys.index(sent[-1].pk) + 1]
    record = Sent(length=len(stretch))
    if stretch[-1] != below:
        record["last"] = stretch[-1]
    if without := [key for key in stretch if key not in chosen]:
        record["without"] = without
    carried = {str(key): [one.record for one in files[key]] for key in stretch if files.get(key)}
    if carried:
        record["files"] = carried
    return record


def recall(generation: Generation) -> tuple[list[Message], Files] | None:
    """Return the messages that were sent and their files, or None when a message is gone; raises FileGone."""
    if isinstance(generation.sent, list):
        return recall_listed(generation.sent)
    record = cast(Sent, generation.sent)
    branch = path_to(Message(pk=end_of(generation, record)), at_most=record["length"])
    if len(branch) < record["length"]:
        return None
    without = set(record.get("without", ()))
    sent = [message for message in branch if message.pk not in without]
    return sent, files_of({int(key): carried for key, carried in record.get("files", {}).items()})


def end_of(generation: Generation, record: Sent) -> int | None:
    if "last" in record:
        return record["last"]
    return generation.message.parent_id if generation.message else None


def recall_listed(entries: Sequence[Sequence[object]]) -> tuple[list[Message], Files] | None:
    """Do as `recall` for a row of before migration 0008 that names each message: id, hash, and its files."""
    found = {
        str(one.public_id): one for one in Message.objects.filter(public_id__in=[it[0] for it in entries])
    }
    sent = [found[str(entry[0])] for entry in entries if entry[0] in found]
    if len(sent) < len(entries):
        return None
    carried = {one.pk: entry[2] for one, entry in zip(sent, entries, strict=True) if len(entry) > 2}
    return sent, files_of(cast(dict[int, list[list[str]]], carried))


def files_of(carried: Mapping[int, Iterable[Sequence[str]]]) -> Files:
    """Return the files that a record names, each the way it went out; raises FileGone."""
    ids = [record[0] for records in carried.values() for record in records]
    found = {str(row.public_id): row for row in Attachment.objects.filter(public_id__in=ids)} if ids else {}
    return {
        key: [sending_of(found.get(public_id), digest, Way(way)) for public_id, digest, way in records]
        for key, records in carried.items()
    }


def sending_of(attachment: Attachment | None, digest: str, way: Way) -> Sending:
    needs_words = way in {Way.IMAGE, Way.PDF, Way.TEXT}
    if attachment is None or attachment.sha256 != digest or (needs_words and attachment.is_deleted):
        raise FileGone
    return Sending(attachment, way)
