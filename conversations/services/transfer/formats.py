"""Which of the formats a record is of: recognised by what it holds, never by the name of its file."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_noop

from . import chatgpt, claude, house, librechat, openwebui
from .reading import Json
from .values import ConversationCopy, Unreadable

MAX_PROMPT_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of export is recognised and read; `name` is kept with what was imported from it."""

    name: str
    label: str
    fits: Callable[[Json], bool]
    read: Callable[[Json], ConversationCopy]


FORMATS = (
    Format("house", gettext_noop("an export of this site"), house.fits, house.read),
    Format("chatgpt", "ChatGPT", chatgpt.fits, chatgpt.read),
    Format("claude", "Claude", claude.fits, claude.read),
    Format("openwebui", "Open WebUI", openwebui.fits, openwebui.read),
    Format("librechat", "LibreChat", librechat.fits, librechat.read),
)
LABELS = {form.name: form.label for form in FORMATS}


def read_conversation(record: Json) -> tuple[str, ConversationCopy]:
    """Return the name of the format of `record`, and its conversation; raises Unreadable, with why."""
    form = next((form for form in FORMATS if form.fits(record)), None)
    if form is None:
        raise Unreadable(gettext_noop("it is not a conversation in a format that is known here"))
    copy = form.read(record)
    if not copy.key:
        raise Unreadable(gettext_noop("it has no id"))
    if len(copy.system_prompt) > MAX_PROMPT_CHARACTERS:
        raise Unreadable(
            gettext_noop("its system prompt has more than %(most)s characters"), most=MAX_PROMPT_CHARACTERS
        )
    # Claude does not say which of its models answered.
    return form.name, copy if form is FORMATS[0] else replace(copy, model=copy.model or form.label)
