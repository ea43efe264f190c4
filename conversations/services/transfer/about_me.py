"""Everything about one person as a zip that is made while it is sent."""

import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from accounts.leaving import ABOUT
from accounts.models import User
from conversations.models import (
    Attachment,
    Conversation,
    Feedback,
    Generation,
    Import,
    Preset,
    Prompt,
    Reply,
    Share,
    Summary,
)
from conversations.services.attachments.names import clean_name

from . import house, personal
from .exporting import PIECE_BYTES, Piece, file_name
from .writing import copy_of

READ_AT_ONCE = 500
# What a column of another row is called by that row alone.
SHORT = re.compile("__(public_id|name|username)$")
README = """\
Everything that this site has about {name}, as of the moment it was asked for.

account.json          name, addresses, preferences, ways in (no secrets), roles and groups, limits, and
                      the invitation that you came by
sessions.jsonl        where you are signed in
conversations/        each as JSON, in the format that this site also takes back in;
                      those of the trash, temporary ones and those that you deleted and
                      a hold keeps in folders of their own
files/                what you attached, under the id that files.jsonl names
files.jsonl           names, kinds and sizes of your files
feedback.jsonl        your thumbs, with reasons and words
summaries.jsonl       what stands in place of the beginning of long conversations
replies.jsonl         what reviewers wrote to you; replies-sent.jsonl, what you wrote to others as one
shares.jsonl          the links that you made
presets.jsonl, prompts.jsonl, imports.jsonl
usage.jsonl           each call to a model: when, which, how much
usage-by-day.jsonl    the same by day and model, with what is deleted since; the cost is in
                      hundred-millionths of a US dollar
grants.jsonl          what you were given on top of a budget
record.jsonl          what administrators did about your account
administered.jsonl    when you changed something in the administration, and what kind of thing
origins.jsonl         where the conversations that you brought along came from
{more}
A .jsonl file has one JSON object in each line. Times are in UTC.
"""
# The columns of each kind of row, as they are called in its file.
SESSION = ("created_at", "last_seen_at", "ip", "user_agent")
FILE = ("public_id", "name", "kind", "media_type", "byte_count", "sha256", "text", "created_at", "deleted_at")
FEEDBACK = ("message__public_id", "thumb", "reasons", "words", "created_at", "updated_at")
SUMMARY = ("conversation__public_id", "upto__public_id", "text")
REPLY_SENT = ("conversation__public_id", "text", "created_at")
REPLY = ("conversation__public_id", "author__username", "text", "created_at", "read_at")
SHARE = (
    "conversation__public_id",
    "leaf__public_id",
    "title",
    "scope",
    "views",
    "created_at",
    "expires_at",
    "revoked_at",
)
PRESET = ("name", "description", "system_prompt", "model__name", "parameters", "created_at")
PROMPT = ("name", "text", "created_at")
IMPORT = ("file_name", "stage", "source", "size", "taken", "taken_messages", "created_at")
USAGE = (
    "conversation__public_id",
    "message__public_id",
    "purpose",
    "status",
    "problem",
    "model_asked",
    "model_answered",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "cost_usd",
    "queued_at",
    "finished_at",
)

Part = Callable[[zipfile.ZipFile, User], Iterator[None]]


def export_account(person: User) -> Iterator[bytes]:
    """Yield a zip with everything about `person`; one conversation, file or page of rows is in memory.

    No query is open between two pieces, so whoever sends them to a slow client may give the connection back.
    """
    piece = Piece()
    with zipfile.ZipFile(piece, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for _each in parts(archive, person):
            if piece.size >= PIECE_BYTES:
                yield piece.take()
    yield piece.take()


def parts(archive: zipfile.ZipFile, person: User) -> Iterator[None]:
    more = "".join(f"{name}.jsonl\n" for name in ABOUT)
    archive.writestr("README.txt", README.format(name=person.username, more=more))
    archive.writestr("account.json", as_json(personal.facts_of(person), indent=1) + "\n")
    for name, rows, columns in (*tables(person), *personal.tables(person)):
        yield from write_lines(archive, name, in_pages(rows, columns))
    for name, tell in ABOUT.items():
        yield from write_lines(archive, name, tell(person))
    yield from write_conversations(archive, person)
    yield from write_files(archive, person)


def tables(person: User) -> Iterator[tuple[str, "QuerySet[Any]", tuple[str, ...]]]:
    mine = {"conversation__owner": person}
    yield "sessions", UserSession.objects.filter(user=person), SESSION
    yield "files", Attachment.objects.filter(owner=person), FILE
    yield "feedback", Feedback.objects.filter(message__conversation__owner=person), FEEDBACK
    yield "summaries", Summary.objects.filter(**mine), SUMMARY
    yield "replies", Reply.objects.filter(**mine), REPLY
    yield "replies-sent", Reply.objects.filter(author=person), REPLY_SENT
    yield "shares", Share.objects.filter(**mine), SHARE
    yield "presets", Preset.objects.filter(owner=person), PRESET
    yield "prompts", Prompt.objects.filter(owner=person), PROMPT
    yield "imports", Import.objects.filter(owner=person), IMPORT
    yield "usage", Generation.objects.filter(**mine), USAGE


def in_pages(rows: "QuerySet[Any]", columns: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield `rows` by their keys, with a query a page that is over before anything is written."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").values("pk", *columns)[:READ_AT_ONCE]):
        for row in page:
            last = row.pop("pk")
            yield {SHORT.sub("", name): row[name] for name in row}


def write_lines(archive: zipfile.ZipFile, name: str, rows: Iterable[object]) -> Iterator[None]:
    with archive.open(f"{name}.jsonl", "w") as file:
        for row in rows:
            file.write(as_json(row).encode() + b"\n")
            yield


def write_conversations(archive: zipfile.ZipFile, person: User) -> Iterator[None]:
    """Write each conversation, those of the trash and temporary ones too."""
    rows = Conversation.objects.filter(owner=person).select_related("model").order_by("pk")
    last = 0
    while conversation := rows.filter(pk__gt=last).first():
        folder = folder_of(conversation)
        name = f"conversations/{folder}{file_name(conversation, 'json')}"
        archive.writestr(name, house.write(copy_of(conversation)))
        last = conversation.pk
        yield


def folder_of(conversation: Conversation) -> str:
    if conversation.withdrawn_at:
        return "kept-for-a-hold/"
    return "trash/" if conversation.deleted_at else "temporary/" if conversation.temporary else ""


def write_files(archive: zipfile.ZipFile, person: User) -> Iterator[None]:
    """Write each file that is there; images and PDFs are packed already."""
    rows = Attachment.objects.kept_for(person).without_text().order_by("pk")
    last = 0
    while attachment := rows.filter(pk__gt=last).first():
        last = attachment.pk
        data = attachment.read()
        if data is not None:
            kind = zipfile.ZIP_DEFLATED if attachment.is_text else zipfile.ZIP_STORED
            name = f"files/{attachment.public_id}-{clean_name(attachment.name)}"
            archive.writestr(name, data, compress_type=kind)
        yield


def as_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)
