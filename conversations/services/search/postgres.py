"""The words in PostgreSQL: GIN indexes on what chat_words() makes of a text (migration 0007_search).

No tsvector is stored: it would weigh more than the text. The owner is a word of the index, and stands beside
each message (words_owner, which a trigger fills), so that what others wrote is passed over.
"""

import unicodedata
from collections.abc import Sequence

from .query import Query, Term

MESSAGES = "conversations_message AS message"
TITLES = "conversations_conversation AS conversation"
MESSAGE_KEY, TITLE_KEY = "message.id", "conversation.id"
PUNCTUATION = str.maketrans(dict.fromkeys("""!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""", " "))


def expression(query: Query) -> str:
    """Return `query` in the language of to_tsquery, folded as chat_words() folds; every word is quoted."""
    wanted = [of_term(term) for term in query.wanted if not term.is_spaceless]
    unwanted = [f"!{of_term(term)}" for term in query.unwanted if not term.is_spaceless]
    return " & ".join([*wanted, *unwanted])


def of_term(term: Term) -> str:
    """Return the words of `term` in quotes: nothing that could end them is left."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", term.text) if not "\u0300" <= letter <= "\u036f"
    )
    return f"'{plain.translate(PUNCTUATION)}'{':*' if term.begins else ''}"


def matches(column: str, query: Query, owner: int) -> tuple[str, Sequence[str | int]]:
    """Return the condition that `column`, a message's text or a title, has the words of `query`."""
    owners = "message.words_owner" if column == "message.text" else "conversation.owner_id"
    words = expression(query)
    if not words:
        return f"{owners} = %s", [owner]
    found = f"chat_words({column}, {owners}) @@ to_tsquery('pg_catalog.simple', %s)"
    return f"{owners} = %s AND {found}", [owner, f"'u{owner}' & {words}"]
