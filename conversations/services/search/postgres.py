"""The words in PostgreSQL: GIN indexes on what chat_words() makes of a text (migration 0007_search).

No tsvector is stored: it would weigh more than the text. The owner is a word of the index, and stands beside
each message (words_owner, which a trigger fills), so that what others wrote is passed over.

A common word has far too many rows to sort, and a rare one is not among the newest messages; the planner
cannot tell which it is, as it takes chat_words() for a hundred times cheaper than it is. So the newest
messages are looked through first, by a pattern; the index is asked only for what is not found among them.
"""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from .query import Query, Term
from .statements import Condition, start_of

MESSAGES = "conversations_message AS message"
TITLES = "conversations_conversation AS conversation"
CONVERSATIONS = "JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id"
MESSAGE_KEY, TITLE_KEY = "message.id", "conversation.id"
PUNCTUATION = str.maketrans(dict.fromkeys("""!"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""", " "))
# So many take ten milliseconds; where they hold a few, the rest of a page is among so many more.
NEAR, FAR = 500, 4_000
A_FEW = 3
# Folded as chat_words() folds, to the letter; a pattern takes a tenth of the time. In "C" letters of ASCII
# are made small, and told from signs, in half of that.
FITS = (
    "CASE WHEN octet_length(message.text) = length(message.text)"
    ' THEN lower(message.text COLLATE "C") ~ lower(%s)'
    " ELSE lower(regexp_replace(normalize(message.text, NFKD), '[\\u0300-\\u036f]', '', 'g')) ~ lower(%s) END"
)
# The index by owner knows the hour and no more: an hour has many messages and is stored once for all of them.
HOUR = "date_trunc('hour', {moment} AT TIME ZONE 'UTC')"
SAID_IN = HOUR.format(moment="message.created_at")
NEWEST = """
SELECT message.id FROM (
    SELECT message.*, {hour} AS said_in FROM conversations_message AS message WHERE {stretch}
    ORDER BY said_in DESC, message.created_at DESC, message.id DESC {most}
) AS message {conversations} WHERE {where}
ORDER BY message.said_in DESC, message.created_at DESC, message.id DESC LIMIT %s
"""
# Of what the index finds, the newest are read one by one, from where they are known to be, until the page is
# full.
INDEXED = """
WITH found AS MATERIALIZED (
    SELECT message.ctid AS place, message.id, message.created_at
    FROM conversations_message AS message WHERE {stretch}
)
SELECT message.id FROM (SELECT * FROM found ORDER BY found.created_at DESC, found.id DESC OFFSET 0) AS newest
JOIN conversations_message AS message ON message.ctid = newest.place {conversations} WHERE {where}
ORDER BY newest.created_at DESC, newest.id DESC LIMIT %s
"""
HAS_WORDS = "chat_words(message.text, message.words_owner) @@ to_tsquery('pg_catalog.simple', %s)"
LAST = "FROM conversations_message AS last WHERE last.id = %s"
BEFORE = f"(message.created_at, message.id) < (SELECT last.created_at, last.id {LAST})"
IN_HOURS_BEFORE = f"{SAID_IN} <= (SELECT {HOUR.format(moment='last.created_at')} {LAST})"


def newest_messages(
    query: Query,
    owner: int,
    *,
    days: Sequence[Condition],
    among: list[int] | None,
    where: Sequence[Condition],
    older: int | None,
    most: int,
) -> list[int]:
    """Return the keys of the newest messages of `owner` that fit, at most so many, in up to three queries.

    They are of those `days`, and in one of the conversations `among`; `where` are the other conditions.
    """
    within: list[Condition] = [] if among is None else [("message.conversation_id = ANY(%s)", [among])]
    whose: list[Condition] = [("message.words_owner = %s", [owner]), *in_hours(query)]
    if older is not None:
        within.append((BEFORE, [older]))
        whose.append((IN_HOURS_BEFORE, [older]))
    whose += within
    # Hours and days in one place would be taken for two conditions that leave a fraction of a fraction.
    within += days
    where = [*where, *days]
    terms = [term for term in query.wanted if not term.is_spaceless]
    if not terms:
        return run(NEWEST, whose, where, most)
    patterns: list[Condition] = [(FITS, [pattern_of(term)] * 2) for term in terms]
    # In brackets, so that no index is asked for it.
    exactly: Condition = (f"({HAS_WORDS}) IS TRUE", [words_of(query, owner)])
    looked_at = [*patterns, exactly, *where]
    found = run(NEWEST, whose, looked_at, most, looked_through=NEAR)
    if A_FEW <= len(found) < most:
        found = run(NEWEST, whose, looked_at, most, looked_through=FAR)
    if len(found) == most:
        return found
    apart = query.apart()
    indexed = [(HAS_WORDS, [words_of(apart, owner)]), *within]
    # The index tells all there is to know of single words, but takes the owner's for one of the text.
    known = apart == query and not any(f"u{owner}".startswith(folded(term).lower()) for term in terms)
    return run(INDEXED, indexed, where if known else looked_at, most)


def in_hours(query: Query) -> list[Condition]:
    """Return the conditions on the days of `query`, said of hours, which the index by owner knows."""
    bound = HOUR.format(moment="%s::timestamptz")
    conditions: list[Condition] = []
    if query.after is not None:
        conditions.append((f"{SAID_IN} >= {bound}", [start_of(query.after).isoformat()]))
    if query.before is not None:
        # Days begin at the half of an hour in some places.
        last = start_of(query.before) + timedelta(minutes=59)
        conditions.append((f"{SAID_IN} < {bound}", [last.isoformat()]))
    return conditions


def run(
    statement: str,
    within: Sequence[Condition],
    where: Sequence[Condition],
    most: int,
    *,
    looked_through: int = 0,
) -> list[int]:
    composed = statement.format(
        stretch=" AND ".join(condition for condition, _ in within),
        where=" AND ".join(condition for condition, _ in where),
        hour=SAID_IN,
        conversations=CONVERSATIONS,
        most=f"LIMIT {looked_through}" if looked_through else "",
    )
    values = [value for _, values in [*within, *where] for value in values]
    with connection.cursor() as cursor:
        cursor.execute(composed, [*values, most])
        return [row[0] for row in cursor.fetchall()]


def matches(query: Query, owner: int) -> Condition:
    """Return the condition that the title of a conversation has the words of `query`."""
    if not expression(query):
        return "conversation.owner_id = %s", [owner]
    found = "chat_words(conversation.title, conversation.owner_id) @@ to_tsquery('pg_catalog.simple', %s)"
    return f"conversation.owner_id = %s AND {found}", [owner, words_of(query, owner)]


def words_of(query: Query, owner: int) -> str:
    return f"'u{owner}' & {expression(query)}"


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
