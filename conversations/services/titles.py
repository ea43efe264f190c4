"""What a conversation is called: by its owner, or by a model after the first answer."""

import re
import unicodedata
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import bus
from conversations.llm.types import ChatMessage
from conversations.models import Conversation, Generation, Message, Purpose, Role, Status
from conversations.models.conversation import TITLE_LENGTH

from .budgets import reserve
from .errors import Refusal
from .estimating import estimate_short
from .history import words_of
from .limits import limits_of

TITLE_TOKENS = 40
PLACEHOLDER_TITLE_CHARACTERS = 60
LABEL = re.compile(r"\A(?:title|titel|titre|título)\s*:\s*", re.IGNORECASE)
MARKED = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
# What begins a line in Markdown: a fence with its language, a heading, a quotation, a list.
SIGNS = re.compile(r"^[ \t]*(?:>[ \t]*)*(?:(?:```|~~~)[^\n]*$|#{1,6}[ \t]+|[-*+][ \t]+)?", re.MULTILINE)
QUOTES = '"“”„«»'
# Embeddings, overrides and isolates: an open one would turn what stands beside the title.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Of a long question and answer this much is enough to name them.
EXCERPT_CHARACTERS = 1_500
INSTRUCTION = (
    "Give the conversation below a title of at most six words, in its own language. "
    "Answer with the title alone: no quotes, no full stop.\n\n"
)


def rename_conversation(conversation: Conversation, *, title: str) -> None:
    """Call `conversation` what its owner says; a model will not change it any more."""
    title = tidy(title)
    if not title:
        raise Refusal(_("A conversation needs a title."))
    if len(title) > TITLE_LENGTH:
        raise Refusal(
            _("A title can have %(most)s characters; this one has %(count)s.")
            % {"most": TITLE_LENGTH, "count": len(title)}
        )
    conversation.title, conversation.title_by_person = title, True
    conversation.save(update_fields=["title", "title_by_person"])


def placeholder_title(text: str) -> str:
    """Return the first words of `text`: what a conversation is called until it has a title."""
    line = " ".join(without_marks(text).split()) or " ".join(text.split())
    if len(line) <= PLACEHOLDER_TITLE_CHARACTERS:
        return line
    return line[:PLACEHOLDER_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


def without_marks(text: str) -> str:
    """Return the beginning of `text` without the marks that Markdown puts around words."""
    text, around = SIGNS.sub("", text[:EXCERPT_CHARACTERS]), ""
    while text != around:  # bold within a link's name, code within bold
        around, text = text, MARKED.sub(r"\2", text)
    return text.replace("`", "")


def title_messages(sent: list[Message]) -> list[ChatMessage]:
    """Return the `messages` array that asks for a title of the exchange `sent`."""
    said = "\n\n".join(
        f"{'Question' if message.role == Role.USER else 'Answer'}: {words_of(message)[:EXCERPT_CHARACTERS]}"
        for message in sent
    )
    return [{"role": "user", "content": INSTRUCTION + said}]


def ask_for_title(conversation: Conversation) -> None:
    """Queue a call that names `conversation`, once, unless its owner did, or it is not to stay.

    Where the owner's budget is used up it keeps the name that it has.
    """
    if conversation.title_by_person or conversation.deleted_at is not None or conversation.temporary:
        return
    if conversation.generations.filter(purpose=Purpose.TITLE).exists():
        return
    limits = limits_of(conversation.owner)
    with suppress(Refusal), transaction.atomic():
        queued = conversation.generations.create(purpose=Purpose.TITLE, model_asked=conversation.model.name)
        if limits.budgets:
            most = 2 * EXCERPT_CHARACTERS + len(INSTRUCTION)
            held = estimate_short(conversation.model, characters=most, answer_tokens=TITLE_TOKENS)
            reserve(conversation.owner, queued, held, limits)
        transaction.on_commit(lambda: bus.ring("queue"))


def keep_title(generation: Generation, text: str) -> None:
    """Name the conversation of `generation` after what the model said, if that can be a title."""
    title = plain_title(text)
    if generation.status == Status.DONE and 0 < len(title) <= TITLE_LENGTH:
        Conversation.objects.filter(pk=generation.conversation_id, title_by_person=False).update(title=title)


def plain_title(text: str) -> str:
    """Return the first line of what a model said, without the marks and the label put around a title."""
    title, around = tidy(text.strip().splitlines()[0] if text.strip() else ""), ""
    while title != around:  # bold within quotes, quotes within bold, a label within either
        around = title
        title = LABEL.sub("", MARKED.sub(r"\2", title.lstrip("#> ")))
        title = unquoted(title).strip().rstrip(".").strip()
    return title if any(letter.isalnum() for letter in title) else ""


def unquoted(title: str) -> str:
    """Return `title` without the quotation marks around it, unless it holds more of them."""
    inner = title.strip(QUOTES + "'")
    return title if any(mark in inner for mark in QUOTES) else inner


def tidy(title: str) -> str:
    """Return `title` on one line, without control characters and what turns the direction of a page."""
    title = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in title)
    title = TURNING.sub("", title).encode("utf-8", "ignore").decode()
    return re.sub(r"\s+", " ", title).strip()
