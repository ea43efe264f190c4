"""The words that JavaScript says, in the language of the page.

They stand in the page, not in a file beside it: most of them are said when the server is not there.
"""

import json
import re
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.translation import get_language, gettext

register = template.Library()

SAID = re.compile(r'\bt\("((?:[^"\\]|\\.)*)"')


def said_in(script: str) -> list[str]:
    """Every sentence that a module of ours passes to `t()` (requests.js), in English."""
    return [json.loads(f'"{found}"') for found in SAID.findall(script)]


@cache
def said_by_scripts() -> list[str]:
    scripts = (Path(settings.BASE_DIR) / "static" / "js").glob("*.js")
    return sorted({sentence for script in scripts for sentence in said_in(script.read_text())})


@cache
def words_json(language: str) -> str:
    """What those sentences are in `language`, which is the active one; without those that are the same."""
    words = {sentence: gettext(sentence) for sentence in said_by_scripts()}
    said = {english: word for english, word in words.items() if word != english}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c") if said else ""


class WordsNode(template.Node):
    """Prints data of ours, in which nothing can end the element that it stands in."""

    def render(self, context: template.Context) -> str:
        words = words_json(get_language() or settings.LANGUAGE_CODE)
        return f'<script type="application/json" data-words>{words}</script>' if words else ""


@register.tag
def words(parser: template.base.Parser, token: template.base.Token) -> WordsNode:
    return WordsNode()
