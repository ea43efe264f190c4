"""The files of one person, newest first, a page at a time."""

from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import User
from conversations.models import Attachment, Conversation, Message
from conversations.models.attachment import readable_size

from .keeping import bytes_kept
from .limits import FileLimits

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A file, and the newest conversation that it was sent in, unless that is deleted."""

    file: Attachment
    message: Message | None
    is_sent: bool

    @property
    def conversation(self) -> Conversation | None:
        return self.message.conversation if self.message else None


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of somebody's files; `before` leads to the next one, if there is any."""

    rows: list[Listed]
    before: str
    total: int
    most: int

    @property
    def total_size(self) -> str:
        return readable_size(self.total)

    @property
    def most_size(self) -> str:
        return readable_size(self.most)


def list_mine(owner: User, *, before: str, limits: FileLimits) -> FilePage:
    """Return the files of `owner` older than the place `before`, and the size of all, in three queries."""
    sent = Message.objects.select_related("conversation").only(
        "public_id", "conversation__public_id", "conversation__title", "conversation__deleted_at"
    )
    rows = Attachment.objects.kept_for(owner).without_text().order_by("-pk")
    if before.isascii() and before.isdecimal() and len(before) <= 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.prefetch_related(Prefetch("messages", sent.order_by("-pk")))[: PAGE + 1])
    shown = found[:PAGE]
    return FilePage(
        rows=[listed(attachment) for attachment in shown],
        before=str(shown[-1].pk) if len(found) > PAGE else "",
        total=bytes_kept(owner),
        most=limits.per_person_bytes,
    )


def listed(attachment: Attachment) -> Listed:
    messages = list(attachment.messages.all())
    seen = [message for message in messages if message.conversation.deleted_at is None]
    return Listed(attachment, seen[0] if seen else None, is_sent=bool(messages))
