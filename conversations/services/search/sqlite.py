"""The words in SQLite: FTS5 tables without texts of their own, kept by triggers (migrations 0007 and 0008).

They know which words a text has and not where: that would take up to a third of what the texts do. So words
that stand together are looked for in the texts that have all of them. Each row has its owner as one more word
(u42), so that what others wrote is passed over in the index.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from .excerpt import fold, of_term
from .query import Query, Term
from .statements import Condition

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
# As FTS5 parts words: what it takes for two is not to be given to it as one. Of the accents that are written
# apart it knows these; some letters of New Tai Lue and Vedic are signs to it.
ACCENTS = "\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331"
WORD = re.compile(f"(?:[^\\W_\u19b0-\u19c9\u1cf2\u1cf3]|[{ACCENTS}])+")


def matches(column: str, query: Query, owner: int) -> Condition:
    """Return the condition that `column`, a message's text or a title, has the words of `query`."""
    conditions = [MESSAGES_MATCH if column == "message.text" else TITLES_MATCH]
    values = [expression(query, owner)]
    for terms, sign in ((query.wanted, ""), (query.unwanted, "NOT ")):
        for term in terms:
            pattern = of_term(term)
            if pattern and not term.is_spaceless and is_read(term, owner):
                conditions.append(f"{sign}chat_has({column}, %s)")
                values.append(pattern)
    if len(conditions) > 1:
        connection.ensure_connection()
        connection.connection.create_function("chat_has", 2, has, deterministic=True)
    return " AND ".join(conditions), values


def among(conversations: Sequence[int]) -> Condition:
    """Return the condition that a message is of one of `conversations`, said so that the words lead."""
    places = ", ".join(["%s"] * len(conversations))
    within = f"SELECT id FROM conversations_message WHERE conversation_id IN ({places})"  # noqa: S608 - ours
    return f"+{MESSAGE_KEY} IN ({within})", conversations


def expression(query: Query, owner: int) -> str:
    """Return `query` in the language of FTS5, for what `owner` has, as far as the index knows it."""
    wanted = [quoted(f"u{owner}")]
    for term in query.wanted:
        if not term.is_spaceless:
            words = words_of(term)
            wanted += [quoted(word, begins=term.begins and word is words[-1]) for word in words]
    unwanted = [
        quoted(*words_of(term), begins=term.begins)
        for term in query.unwanted
        if not term.is_spaceless and not is_read(term, owner)
    ]
    joined = " AND ".join(wanted)
    return f"({joined}) NOT ({' OR '.join(unwanted)})" if unwanted else joined


def is_read(term: Term, owner: int) -> bool:
    """Whether the texts have to tell of `term`: words in a row, or the one that stands for `owner`."""
    words, own = words_of(term), f"u{owner}"
    if len(words) != 1:
        return True
    word = words[0].lower()
    return own.startswith(word) if term.begins else own == word


def words_of(term: Term) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFC", term.text))


def quoted(word: str, *, begins: bool = False) -> str:
    return f'"{word}"{"*" if begins else ""}'


def has(text: str, pattern: str) -> bool:
    return compiled(pattern).search(fold(text)) is not None


compiled = lru_cache(maxsize=64)(re.compile)
