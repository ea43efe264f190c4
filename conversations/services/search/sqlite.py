"""The words in SQLite: FTS5 tables without texts of their own, kept by triggers (migrations 0007 and 0008).

They know which words a text has, not where: to keep the places would take half as much again as the texts do. So
words that must stand together are looked for in the texts that have all of them. Each row has its owner as a
word that nobody can write, so that what others wrote is passed over in the index.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from .excerpt import fold, of_term
from .query import Query

MESSAGES = (
    "conversations_messagewords CROSS JOIN conversations_message AS message"
    " ON message.id = conversations_messagewords.rowid"
)
TITLES = (
    "conversations_titlewords CROSS JOIN conversations_conversation AS conversation"
    " ON conversation.id = conversations_titlewords.rowid"
)
MESSAGE_KEY, TITLE_KEY = "conversations_messagewords.rowid", "conversations_titlewords.rowid"
MESSAGES_MATCH = "conversations_messagewords MATCH %s"
TITLES_MATCH = "conversations_titlewords MATCH %s"
# An accent that is written apart belongs to its word.
WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")
OWNER = "\ue000"  # before the owner's key, as the triggers write it


def expression(query: Query, owner: int) -> str:
    """Return `query` in the language of FTS5, for what `owner` has; every word is quoted."""
    wanted = [f'"{OWNER}{owner}"']
    for term in query.wanted:
        if not term.is_spaceless:
            *first, last = words_of(term.text) or [""]
            wanted += [f'"{word}"' for word in first] + [f'"{last}"{"*" if term.begins else ""}']
    unwanted = []
    for term in query.unwanted:
        words = words_of(term.text)
        if len(words) == 1 and not term.is_spaceless:
            unwanted.append(f'"{words[0]}"{"*" if term.begins else ""}')
    joined = " AND ".join(wanted)
    return f"({joined}) NOT ({' OR '.join(unwanted)})" if unwanted else joined


def matches(column: str, query: Query, owner: int) -> tuple[str, Sequence[str | int]]:
    """Return the condition that `column`, a message's text or a title, has the words of `query`."""
    conditions = [MESSAGES_MATCH if column == "message.text" else TITLES_MATCH]
    values = [expression(query, owner)]
    for terms, sign in ((query.wanted, ""), (query.unwanted, "NOT ")):
        for term in terms:
            if not term.is_spaceless and len(words_of(term.text)) > 1:
                conditions.append(f"{sign}chat_has({column}, %s)")
                values.append(of_term(term))
    if len(conditions) > 1:
        connection.ensure_connection()
        connection.connection.create_function("chat_has", 2, has, deterministic=True)
    return " AND ".join(conditions), values


def has(text: str, pattern: str) -> bool:
    return compiled(pattern).search(fold(text)) is not None


def words_of(text: str) -> list[str]:
    """Return the words of `text` as FTS5 parts them, which folds them by itself."""
    return WORD.findall(unicodedata.normalize("NFC", text))


compiled = lru_cache(maxsize=64)(re.compile)
