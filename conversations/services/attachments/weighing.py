"""What attachments weigh: tokens for the model's window, and whether a message may go out with them."""

from collections.abc import Iterable, Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from conversations.models import Attachment, ChatModel, Kind
from conversations.models.attachment import readable_size
from conversations.services.errors import Refusal
from conversations.services.window import Window

from .limits import BYTES_AT_ONCE

# What Claude reads at all; a local model reads text alone.
ALL_KINDS = frozenset(Kind)
PIXELS_PER_TOKEN = 750
# Of a PDF that is sent as a file every page is read twice: as a picture, and as its text.
TOKENS_PER_PAGE = 1_500
# What cannot be sent, a line says in its place: a message of such a file alone says something still.
NOTE_CHARACTERS = 80


def weight(attachments: Iterable[Attachment], window: Window, takes: frozenset[Kind] = ALL_KINDS) -> int:
    """Return how many characters `attachments` weigh beside the words of their message, about."""
    return sum(weight_of(attachment, window, takes) for attachment in attachments)


def weight_of(attachment: Attachment, window: Window, takes: frozenset[Kind]) -> int:
    if attachment.is_deleted:
        return NOTE_CHARACTERS
    tokens = 0
    if attachment.kind == Kind.IMAGE and Kind.IMAGE in takes:
        tokens = (attachment.width or 0) * (attachment.height or 0) // PIXELS_PER_TOKEN
    if attachment.kind == Kind.PDF and Kind.PDF in takes:
        tokens = (attachment.pages or 0) * TOKENS_PER_PAGE
    return max(NOTE_CHARACTERS, attachment.characters + int(tokens * window.characters_per_token))


def refuse_unfit(
    attachments: Sequence[Attachment],
    *,
    text: str,
    model: ChatModel,
    takes: frozenset[Kind] = ALL_KINDS,
    per_message: int,
    more: int = 0,
) -> None:
    """Raise Refusal when `attachments` cannot go out with one message to `model`, and say why.

    `more` were brought along and not even looked at.
    """
    if not attachments:
        return
    if len(attachments) + more > per_message:
        raise Refusal(
            _("A message can carry %(per_message)s files; these are %(count)s.")
            % {"per_message": per_message, "count": len(attachments) + more}
        )
    for attachment in attachments:
        refuse_unread(attachment, model=model, takes=takes)
    size = sum(attachment.byte_count for attachment in attachments)
    if size > BYTES_AT_ONCE:
        raise Refusal(
            _("These files have %(size)s together; at most %(bytes_at_once)s can be sent with one message.")
            % {"size": readable_size(size), "bytes_at_once": readable_size(BYTES_AT_ONCE)}
        )
    window = Window(model.context_window, model.output_limit, model.characters_per_token)
    tokens = window.estimate(len(text) + weight(attachments, window, takes))
    if tokens > window.budget:
        raise Refusal(
            _(
                "With these files the message has about %(tokens)s tokens; "
                "%(model)s can be sent about %(budget)s."
            )
            % {"tokens": intcomma(tokens), "model": model, "budget": intcomma(window.budget)}
        )


def refuse_unread(attachment: Attachment, *, model: ChatModel, takes: frozenset[Kind]) -> None:
    if attachment.kind in takes:
        return
    if attachment.kind == Kind.IMAGE:
        raise Refusal(
            _("%(model)s cannot look at images. Remove “%(name)s”, or choose another model.")
            % {"model": model, "name": attachment.name}
        )
    if attachment.kind == Kind.TEXT or Kind.TEXT not in takes:
        raise Refusal(
            _("%(model)s cannot read files. Remove “%(name)s”, or choose another model.")
            % {"model": model, "name": attachment.name}
        )
    if not attachment.characters:
        raise Refusal(
            _("%(model)s reads of a PDF only its text, and “%(name)s” has none: it may be a scan.")
            % {"model": model, "name": attachment.name}
        )
