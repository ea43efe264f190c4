"""The shown branch of a conversation as Markdown: for reading, and for other programs."""

import re
from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation, Message, Role
from conversations.models.chat_model import readable_name
from conversations.services.history import names_of_files, prefetch_files
from conversations.services.titles import tidy

_MARKS = re.compile(r"([\\`*_\[\]<>#|~!])")


def write(conversation: Conversation, branch: Sequence[Message]) -> str:
    """Return `branch` as Markdown, each message under a heading that says whose it is and of when."""
    answers = [message for message in branch if message.role == Role.ASSISTANT]
    prefetch_related_objects(answers, "generation")
    prefetch_files(branch)
    head = (
        f"# {_plain(conversation.heading)}\n\n{timezone.localtime(conversation.created_at):%Y-%m-%d %H:%M}\n"
    )
    return head + "".join(f"\n{_message(message)}" for message in branch)


def speaker(message: Message) -> str:
    """Return who says `message`: the person, or the model by its name."""
    if message.role == Role.USER:
        return _("You")
    return readable_name(message.said_by) or _("Assistant")


def _message(message: Message) -> str:
    time = f"{timezone.localtime(message.created_at):%Y-%m-%d %H:%M}"
    thoughts = _quoted(message.reasoning) if message.reasoning else ""
    files = "".join(f"*Attached: {_plain(name)}*\n\n" for name in names_of_files(message))
    return f"## {_plain(speaker(message))}, {time}\n\n{files}{thoughts}{message.text}".rstrip() + "\n"


def _quoted(reasoning: str) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in reasoning.strip().splitlines())
    return f"> *{_('Thoughts')}*\n>\n{lines}\n\n"


def _plain(text: str) -> str:
    """A title is no markup, whatever stands in it."""
    return _MARKS.sub(r"\\\1", tidy(text))
