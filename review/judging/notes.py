"""Notes of reviewers: on a conversation, on a message, on a passage of its text."""

import html
import re
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.services.errors import Refusal
from review.models import Note
from review.models.judging import AROUND_LENGTH, NOTE_LENGTH, QUOTE_LENGTH

GAPS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a message, with what stands before and after them."""

    quote: str = ""
    prefix: str = ""
    suffix: str = ""

    @classmethod
    def of(cls, quote: str, prefix: str = "", suffix: str = "") -> "Passage":
        return cls(clean(quote), clean(prefix)[-AROUND_LENGTH:], clean(suffix)[:AROUND_LENGTH])


def write_note(
    conversation: Conversation,
    *,
    author: User,
    text: str,
    message: Message | None = None,
    passage: Passage = Passage(),
) -> Note:
    """Keep `text` about `conversation`, its `message` or a `passage` of that; raise Refusal."""
    if message is None:
        passage = Passage()
    elif passage.quote:
        refuse_passage(message, passage)
    return Note.objects.create(
        conversation=conversation,
        message=message,
        author=author,
        text=words_of_note(text),
        quote=passage.quote,
        prefix=passage.prefix if passage.quote else "",
        suffix=passage.suffix if passage.quote else "",
    )


def edit_note(note: Note, *, text: str) -> Note:
    """Let `note` say `text` instead; raise Refusal."""
    words = words_of_note(text)
    if words != note.text:
        note.text, note.edited_at = words, timezone.now()
        note.save(update_fields=["text", "edited_at"])
    return note


def delete_note(note: Note) -> None:
    """Delete `note` for ever."""
    note.delete()


def words_of_note(text: str) -> str:
    words = clean(text)
    if not words:
        raise Refusal(_("A note needs words."))
    if len(words) > NOTE_LENGTH:
        raise Refusal(
            _("These are %(count)s characters; at most %(most)s are kept.")
            % {"count": intcomma(len(words)), "most": intcomma(NOTE_LENGTH)}
        )
    return words


def clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()


def refuse_passage(message: Message, passage: Passage) -> None:
    """Raise Refusal for words that do not stand in `message`, as it was written or as it is shown."""
    if len(passage.quote) > QUOTE_LENGTH:
        raise Refusal(
            _("The passage is too long: at most %(most)s characters.") % {"most": intcomma(QUOTE_LENGTH)}
        )
    wanted = GAPS.sub("", passage.quote)
    shown = html.unescape(strip_tags(message.html))
    if not any(wanted in GAPS.sub("", words) for words in (message.text, shown)):
        raise Refusal(_("This passage does not stand in the message."))
