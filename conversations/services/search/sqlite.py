"""The words in SQLite: FTS5 tables without texts of their own, kept by triggers (migration 0007_search).

Each row has its owner as a word, so that what others wrote is passed over in the index.
"""

from collections.abc import Sequence

from .query import Query, Term

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


def expression(query: Query, owner: int) -> str:
    """Return `query` in the language of FTS5, for what `owner` has; every word is quoted."""
    wanted = [f'owner:"u{owner}"', *(of_term(term) for term in query.wanted if not term.is_spaceless)]
    unwanted = [of_term(term) for term in query.unwanted if not term.is_spaceless]
    joined = " AND ".join(wanted)
    return f"({joined}) NOT ({' OR '.join(unwanted)})" if unwanted else joined


def of_term(term: Term) -> str:
    words = term.text.replace('"', " ")
    return f'text:"{words}"{"*" if term.begins else ""}'


def matches(column: str, query: Query, owner: int) -> tuple[str, Sequence[str | int]]:
    """Return the condition that `column`, a message's text or a title, has the words of `query`."""
    condition = MESSAGES_MATCH if column == "message.text" else TITLES_MATCH
    return condition, [expression(query, owner)]
