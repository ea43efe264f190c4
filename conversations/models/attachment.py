"""Attachments: files that people send along with their messages."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .message import Message

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 120


def readable_size(count: int) -> str:
    """Return a size as people say it: "812 bytes", "12 kB", "3.4 MB"."""
    if count < 1_000:
        return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}
    if count < 1_000_000:
        return f"{number_format(count / 1_000, 0)} kB"
    megabytes = round(count / 1_000_000, 1)
    return f"{number_format(megabytes, 0 if megabytes.is_integer() else 1)} MB"


class Kind(models.TextChoices):
    IMAGE = "image", _("Image")
    PDF = "pdf", _("PDF")
    TEXT = "text", _("Text")


def file_storage() -> Storage:
    """Where the bytes are: outside of what is served as static files."""
    return storages["files"]


def random_place() -> str:
    """Return where bytes go: a name of ours, in one of 256 directories; nothing of the uploader's."""
    name = token_hex(20)
    return f"{name[:2]}/{name[2:]}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def kept_for(self, user: User) -> AttachmentQuerySet:
        """What `user` uploaded and has not deleted."""
        return self.filter(owner=user, deleted_at=None)

    def without_text(self) -> AttachmentQuerySet:
        """Without what the files say, which can be long and which pages do not show."""
        return self.defer("text")


class Attachment(models.Model):
    """A file of its owner, carried by the messages it was sent with: none before that, several after an edit.

    Everything but the name is found out from the bytes, never taken from the uploader's word.
    """

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attachments")
    messages = models.ManyToManyField(Message, related_name="attachments", blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=NAME_LENGTH, help_text=_("As the uploader calls it; only shown."))
    media_type = models.CharField(max_length=40)
    file = models.FileField(storage=file_storage, help_text=_("Where the bytes are; a name of ours."))
    byte_count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(blank=True, help_text=_("What a text file or a PDF says, up to a limit."))
    characters = models.PositiveIntegerField(default=0, help_text=_("Length of that text."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Deleted by its owner, and kept for a hold.")
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="attachment_kind_known"),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="attachment_owners_newest")]

    def __str__(self) -> str:
        return f"Attachment {self.public_id}"

    @property
    def place(self) -> str:
        """Where its bytes were put."""
        return self.file.name or ""

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def has_bytes(self) -> bool:
        """Whether there are bytes of it: also of one that is kept for a hold alone."""
        return self.deleted_at is None or self.withdrawn_at is not None

    @property
    def is_image(self) -> bool:
        return self.kind == Kind.IMAGE

    @property
    def is_text(self) -> bool:
        return self.kind == Kind.TEXT

    @property
    def size(self) -> str:
        return readable_size(self.byte_count)

    @property
    def facts(self) -> str:
        """What it is, in a few words: "PDF, 12 pages, 3.4 MB"."""
        pages = (
            [ngettext("%(count)d page", "%(count)d pages", self.pages) % {"count": self.pages}]
            if self.pages
            else []
        )
        return ", ".join([str(self.get_kind_display()), *pages, self.size])

    @property
    def is_stored(self) -> bool:
        """Whether its bytes are where they were put."""
        return not self.is_deleted and file_storage().exists(self.place)

    def read(self) -> bytes | None:
        """Return the bytes, or None when they are gone."""
        if self.is_deleted:
            return None
        try:
            with file_storage().open(self.place) as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None
