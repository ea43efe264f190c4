"""The shown branch of a conversation as one HTML file: it needs nothing else, runs nothing, and prints well.

It is no page of the site but saved, so its styles stand in it and it brings a policy of its own.
"""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conversations.models import Conversation, Message, Role
from conversations.rendering import RENDERER_VERSION, render_markdown, trusted
from conversations.services.history import names_of_files, prefetch_files

from .markdown import speaker

# No character of it means anything to HTML, so that escaping leaves it as it is; a test holds that.
STYLE = Path(__file__).with_name("page.css").read_text()
# What was imported and never shown is rendered now, for so long; what is left then stays plain text.
RENDER_S = 5.0
FILE = '<p class="file"><bdi>{}</bdi></p>\n'
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write(conversation: Conversation, branch: Sequence[Message]) -> str:
    """Return `branch` as a whole HTML document."""
    prefetch_related_objects([it for it in branch if it.role == Role.ASSISTANT], "generation")
    prefetch_files(branch)
    title, until = conversation.heading, monotonic() + RENDER_S
    return format_html(
        '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n"
        '<header><h1 dir="auto">{}</h1>\n<p class="when">{}</p></header>\n{}</main>\n{}</body>\n</html>\n',
        get_language() or "en",
        POLICY,
        title,
        STYLE,
        title,
        _time(conversation.created_at),
        format_html_join("", "{}", ((_message(message, until),) for message in branch)),
        render_to_string("conversations/_answer_words.html"),
    )


def _message(message: Message, until: float) -> SafeString:
    is_answer = message.role == Role.ASSISTANT
    said = '<div class="plain" dir="auto">{}</div>'
    words = _answer(message, until) if is_answer else format_html(said, message.text) if message.text else ""
    return format_html(
        '<article class="{}">\n<h2><bdi>{}</bdi> <span class="when">{}</span></h2>\n{}{}{}\n</article>\n',
        "answer" if is_answer else "question",
        speaker(message),
        _time(message.created_at),
        format_html_join("", FILE, ((name,) for name in names_of_files(message))),
        _thoughts(message.reasoning) if is_answer and message.reasoning else "",
        words,
    )


def _answer(message: Message, until: float) -> SafeString:
    if message.renderer_version == RENDERER_VERSION:
        return format_html('<div class="prose">{}</div>', trusted(message.html))
    plain = message.plain or monotonic() > until
    return format_html('<div class="prose">{}</div>', render_markdown(message.text, plain=plain))


def _thoughts(reasoning: str) -> SafeString:
    return format_html(
        '<details><summary>{}</summary><div class="plain" dir="auto">{}</div></details>\n',
        _("Thoughts"),
        reasoning,
    )


def _time(moment: object) -> SafeString:
    local = timezone.localtime(moment)  # type: ignore[arg-type]
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), date_format(local, "LONG_DATETIME_FORMAT")
    )
