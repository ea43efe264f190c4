"""Keep order: pin, archive, and put into folders. A folder is there as long as something is in it."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation
from conversations.models.conversation import FOLDER_LENGTH, ConversationQuerySet

from .errors import Refusal
from .titles import tidy


@dataclass(frozen=True, slots=True)
class Folder:
    """A name that `count` conversations of one person share."""

    name: str
    count: int


def pin_conversation(conversation: Conversation, *, pinned: bool = True) -> None:
    """Let `conversation` stand first in the list, or where its time puts it."""
    conversation.pinned = pinned
    conversation.save(update_fields=["pinned"])


def archive_conversation(conversation: Conversation, *, archived: bool = True) -> None:
    """Take `conversation` out of the list without deleting it, or put it back."""
    conversation.archived = archived
    conversation.save(update_fields=["archived"])


def move_conversation(conversation: Conversation, *, folder: str) -> None:
    """Put `conversation` into `folder`, which is made by that; "" takes it out of its folder."""
    conversation.folder = folder_name(folder)
    conversation.save(update_fields=["folder"])


def rename_folder(user: User, name: str, *, to: str) -> None:
    """Call the folder `name` of `user` something else; one that is called so already takes all of it in."""
    new = folder_name(to)
    if not new:
        raise Refusal(_("A folder needs a name."))
    if not in_folder(user, name).update(folder=new):
        raise Refusal(_("That folder is not there any more."))


def dissolve_folder(user: User, name: str) -> None:
    """Take everything out of the folder `name` of `user`, and so remove it; nothing is deleted."""
    in_folder(user, name).update(folder="")


def list_folders(user: User) -> list[Folder]:
    """Return the folders of `user` by name, with how much is in each and not archived, in one query."""
    rows = Conversation.objects.visible_to(user).lasting().filter(archived=False, folder__gt="").order_by()
    counted = rows.values_list("folder").annotate(count=Count("pk"))
    return sorted((Folder(name, count) for name, count in counted), key=lambda folder: folder.name.casefold())


def in_folder(user: User, name: str) -> ConversationQuerySet:
    return Conversation.objects.visible_to(user).filter(folder=name)


def folder_name(name: str) -> str:
    """Return `name` on one line; raise Refusal when it is too long."""
    name = tidy(name)
    if len(name) > FOLDER_LENGTH:
        raise Refusal(
            _("The name of a folder can have %(most)s characters; this one has %(count)s.")
            % {"most": FOLDER_LENGTH, "count": len(name)}
        )
    return name
