"""Whether something may be said now: what a message may be, how many, and to a conversation as it is."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Attachment, ChatModel, Conversation, Generation, Message, Role, Status
from conversations.models.keys import new_key

from .errors import Conflict, Refusal, Unavailable
from .limits import REQUESTS_PER_MINUTE, Limits, limits_of, refuse_beyond

MESSAGE_CHARACTERS = 32_000
MESSAGES_PER_MINUTE = REQUESTS_PER_MINUTE
WAITING_AT_MOST = 200


def key_of_a_form() -> UUID:
    """Return the key of one form, under which what it sends is added once, however often it comes."""
    return new_key()


def clean_text(text: str, *, files: Sequence[Attachment] = ()) -> str:
    """Return `text` as it will be kept: line ends are LF, NUL and lone surrogates gone.

    Raises Refusal when too much is left, or nothing and there are no `files` either.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.encode("utf-8", "ignore").decode()
    if not text.strip():
        if files:
            return ""
        raise Refusal(_("Write something or attach a file first: an empty message cannot be sent."))
    if len(text) > MESSAGE_CHARACTERS:
        raise Refusal(
            _("This message has %(count)s characters; at most %(most)s can be sent at once.")
            % {"count": intcomma(len(text)), "most": intcomma(MESSAGE_CHARACTERS)}
        )
    return text


def lock(conversation: Conversation, model: ChatModel | None) -> Conversation:
    """Return `conversation` afresh, to be answered by `model`, and let nobody else add to it meanwhile.

    Raises Conflict when it was deleted since it was read: whoever deletes stops only what is there by then.
    """
    rows = Conversation.objects.select_for_update(of=("self",))
    rows = rows.select_related("leaf__generation", "model", "owner")
    fresh = rows.filter(pk=conversation.pk, deleted_at=None).first()
    if fresh is None:
        raise Conflict(_("This conversation was deleted."))
    if model is not None and model != fresh.model:
        fresh.model = model
        fresh.save(update_fields=["model"])
    return fresh


def refuse_stale(conversation: Conversation, seen: UUID | None, *, keeps_text: bool = False) -> None:
    """Raise Conflict when `seen`, the last message that the asker's page showed, is not the last any more."""
    leaf = conversation.leaf
    if seen is not None and (leaf is None or leaf.public_id != seen):
        if keeps_text:
            raise Conflict(
                _("This conversation went on elsewhere. Here is its newest state; your text is kept.")
            )
        raise Conflict(_("This conversation went on elsewhere. Here is its newest state."))


def refuse_unless_free(conversation: Conversation) -> None:
    """Raise Conflict while an answer is written for `conversation`, Unavailable while too many wait."""
    answers = Generation.objects.active().aggregate(
        here=Count("pk", filter=Q(conversation=conversation, message__isnull=False)),
        waiting=Count("pk", filter=Q(status=Status.QUEUED)),
    )
    if answers["here"]:
        raise Conflict(_("An answer is still being written here. Stop it, or wait for its end."))
    if answers["waiting"] >= WAITING_AT_MOST:
        raise Unavailable(
            _("Too many people are waiting for an answer. Please try again in a minute."), retry_after_s=60
        )


def admit(owner: User, model: ChatModel) -> Limits:
    """Return the limits of `owner`, who may ask `model` now.

    Raises TooMany when they have sent as many messages in the last minute as they may, Refusal when the
    model is not for them.
    """
    await_turn(owner, model)
    limits = limits_of(owner)
    now = timezone.now()
    # To now, not on from then: after a clock was set back all of today would be recent.
    last_minute = (now - timedelta(minutes=1), now)
    # The conversation's own time narrows the search to what the index on it finds.
    lately = Message.objects.filter(
        conversation__owner=owner,
        conversation__updated_at__gte=last_minute[0],
        role=Role.ASSISTANT,
        created_at__range=last_minute,
    ).count()
    refuse_beyond(limits, lately)
    return limits


def await_turn(owner: User, model: ChatModel) -> None:
    """Let one transaction of `owner` ask at a time; raise Refusal when `model` is not for them.

    Twenty at once would all count the same. Who only adds rows of theirs, as an answer that ends does, need
    not wait.
    """
    kept_for = ChatModel.groups.through.objects.filter(chatmodel=model)
    people = User.objects.select_for_update(no_key=True, of=("self",)).annotate(
        is_kept=Exists(kept_for), is_theirs=Exists(kept_for.filter(group__user=OuterRef("pk")))
    )
    is_kept, is_theirs = people.values_list("is_kept", "is_theirs").get(pk=owner.pk)
    if is_kept and not is_theirs:
        raise Refusal(_("%(model)s is not for you to use. Please choose another model.") % {"model": model})
