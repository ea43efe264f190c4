"""The words in PostgreSQL: GIN indexes on what chat_words() makes of a text (migration 0007_search).

No tsvector is stored: it would weigh more than the text. The owner is a word of the index, and stands beside
each message (words_owner, which a trigger fills), so that what others wrote is passed over.

A common word has far too many rows to sort, and a rare one is not among the newest messages; the planner cannot
tell which it is, as it takes chat_words() for a thousand times cheaper than it is. So the newest messages are
looked through first, by a pattern, and the index is asked only for what is not found among them.
"""

import unicodedata
from collections.abc import Sequence

from django.db import connection

from .query import Query, Term

Value = str | int
Condition = tuple[str, Sequence[Value | list[int]]]

MESSAGES = "conversations_message AS message"
TITLES = "conversations_conversation AS conversation"
CONVERSATIONS = "JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id"
MESSAGE_KEY, TITLE_KEY = "message.id", "conversation.id"
PUNCTUATION = str.maketrans(dict.fromkeys("""!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""", " "))
# So many take some ten milliseconds, and hold a page of any word that one in twenty messages has.
LOOKED_THROUGH = 400
# As chat_words() folds, to the letter; a pattern on it takes a tenth of the time.
FOLDED = (
    "lower(CASE WHEN octet_length(message.text) = length(message.text) THEN message.text"
    " ELSE regexp_replace(normalize(message.text, NFKD), '[\\u0300-\\u036f]', '', 'g') END)"
)
NEWEST = """
SELECT message.id FROM (
    SELECT * FROM conversations_message AS message WHERE {stretch}
    ORDER BY message.created_at DESC, message.id DESC {most}
) AS message {conversations} WHERE {where}
ORDER BY message.created_at DESC, message.id DESC LIMIT %s
"""
INDEXED = """
WITH message AS MATERIALIZED (
    SELECT message.id, message.conversation_id, message.created_at, message.deleted_at
    FROM conversations_message AS message WHERE {stretch}
)
SELECT message.id FROM message {conversations} WHERE {where}
ORDER BY message.created_at DESC, message.id DESC LIMIT %s
"""
BEFORE = (
    "(message.created_at, message.id) <"
    " (SELECT last.created_at, last.id FROM conversations_message AS last WHERE last.id = %s)"
)


def newest_messages(
    query: Query,
    owner: int,
    *,
    stretch: Sequence[Condition],
    text: Sequence[Condition],
    where: Sequence[Condition],
    older: int | None,
    most: int,
) -> list[int]:
    """Return the keys of the newest messages of `owner` that fit, at most so many, in one or two queries.

    `stretch` are conditions that an index of messages knows, `text` those on the words beside `query`, `where` those
    on the message and its conversation.
    """
    within: list[Condition] = [("message.words_owner = %s", [owner]), *stretch]
    if older is not None:
        within.append((BEFORE, [older]))
    terms = [term for term in query.wanted if not term.is_spaceless]
    if not terms:
        return run(NEWEST, within, [*text, *where], most)
    patterns: list[Condition] = [(f"{FOLDED} ~ lower(%s)", [pattern_of(term)]) for term in terms]
    # Said so that no index is asked for it.
    exactly = (f"({matching(query, owner)[0]}) IS TRUE", matching(query, owner)[1])
    found = run(NEWEST, within, [*patterns, exactly, *text, *where], most, looked_through=LOOKED_THROUGH)
    if len(found) == most:
        return found
    within += [matching(query.apart(), owner), *text]
    if query.apart() != query:
        within += [*patterns, exactly]
    return run(INDEXED, within, where, most)


def run(
    statement: str,
    stretch: Sequence[Condition],
    where: Sequence[Condition],
    most: int,
    *,
    looked_through: int = 0,
) -> list[int]:
    composed = statement.format(
        stretch=" AND ".join(condition for condition, _ in stretch),
        where=" AND ".join(condition for condition, _ in where),
        conversations=CONVERSATIONS,
        most=f"LIMIT {looked_through}" if looked_through else "",
    )
    values = [value for _, values in [*stretch, *where] for value in values]
    with connection.cursor() as cursor:
        cursor.execute(composed, [*values, most])
        return [row[0] for row in cursor.fetchall()]


def matches(column: str, query: Query, owner: int) -> tuple[str, Sequence[str | int]]:
    """Return the condition that `column`, a message's text or a title, has the words of `query`."""
    owners = "message.words_owner" if column == "message.text" else "conversation.owner_id"
    words = expression(query)
    if not words:
        return f"{owners} = %s", [owner]
    found = f"chat_words({column}, {owners}) @@ to_tsquery('pg_catalog.simple', %s)"
    return f"{owners} = %s AND {found}", [owner, f"'u{owner}' & {words}"]


def matching(query: Query, owner: int) -> tuple[str, Sequence[str | int]]:
    return matches("message.text", query, owner)


def expression(query: Query) -> str:
    """Return `query` in the language of to_tsquery, folded as chat_words() folds; every word is quoted."""
    wanted = [quoted(term) for term in query.wanted if not term.is_spaceless]
    unwanted = [f"!{quoted(term)}" for term in query.unwanted if not term.is_spaceless]
    return " & ".join([*wanted, *unwanted])


def quoted(term: Term) -> str:
    """Return the words of `term` in quotes: nothing that could end them is left."""
    return f"'{folded(term)}'{':*' if term.begins else ''}"


def folded(term: Term) -> str:
    plain = unicodedata.normalize("NFKD", term.text)
    return "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f").translate(PUNCTUATION)


def pattern_of(term: Term) -> str:
    """Return what any folded text matches that has `term`, for PostgreSQL: letters and figures alone."""
    words = ["".join(letter for letter in word if letter.isalnum()) for word in folded(term).split()]
    between = "[^[:alnum:]]+"
    return f"(^|[^[:alnum:]]){between.join(filter(None, words))}" + (
        "" if term.begins else "($|[^[:alnum:]])"
    )
