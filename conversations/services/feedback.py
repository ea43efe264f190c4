"""What the owner of a conversation thinks of an answer: kept, changed, taken back."""

from collections.abc import Collection

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Feedback, Message, Reason, Role, Thumb
from conversations.models.feedback import REASONS

from .errors import Conflict, Refusal

WORDS_AT_MOST = 2_000
THUMBS = Thumb.choices
ALL_REASONS = Reason.choices


def reasons_for(thumb: str) -> list[tuple[str, str]]:
    """Return the reasons that belong to `thumb`, each with its label."""
    return [(reason.value, str(reason.label)) for reason in REASONS[Thumb(thumb)]]


def rate_answer(message: Message, *, thumb: str) -> Feedback:
    """Put `thumb` under the answer `message`; reasons and words of the other thumb go with it."""
    refuse_unless_ended(message)
    feedback, made = Feedback.objects.get_or_create(message=message, defaults={"thumb": thumb})
    if made or feedback.thumb == thumb:
        return feedback
    return keep(message, thumb=thumb, reasons=[], words="")


def explain_feedback(message: Message, *, thumb: str, reasons: Collection[str], words: str) -> Feedback:
    """Keep why `thumb` stands under the answer `message`, in place of what was said before."""
    refuse_unless_ended(message)
    words = words.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()
    if len(words) > WORDS_AT_MOST:
        raise Refusal(
            _("These are %(count)s characters; at most %(most)s are kept.")
            % {"count": intcomma(len(words)), "most": intcomma(WORDS_AT_MOST)}
        )
    fitting = [reason.value for reason in REASONS[Thumb(thumb)] if reason in reasons]
    return keep(message, thumb=thumb, reasons=fitting, words=words)


def remove_feedback(message: Message) -> None:
    """Take the thumb under `message` back, with its reasons and words."""
    Feedback.objects.filter(message=message).delete()


def keep(message: Message, **said: object) -> Feedback:
    feedback, _ = Feedback.objects.update_or_create(
        message=message, defaults={**said, "updated_at": timezone.now()}
    )
    return feedback


def refuse_unless_ended(message: Message) -> None:
    generation = getattr(message, "generation", None)
    if message.role != Role.ASSISTANT or generation is None:
        raise Refusal(_("Only answers can be rated."))
    if generation.is_active:
        raise Conflict(_("This answer is still being written."))
