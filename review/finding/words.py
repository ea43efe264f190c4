"""Search what everybody wrote, in the index of words that the chat's own search keeps (services/search).

That index is asked for one person there; here for all of them, newest message first by its key. On PostgreSQL
the newest messages are looked through first, as there: a common word has too many rows to sort. Words that
stand for an owner in the index (u42) are no words of a text: where one is looked for, the texts are read.
"""

import re
from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from conversations.models import Conversation
from conversations.services.search import Query
from conversations.services.search import postgres as pg
from conversations.services.search import sqlite as fts
from conversations.services.search.excerpt import of_term
from conversations.services.search.finding import FEW, contains, days, without
from conversations.services.search.query import Term
from conversations.services.search.statements import Condition

OWNER = re.compile(r"u[0-9]*", re.IGNORECASE)
NEWEST = """
SELECT message.id FROM (
    SELECT * FROM conversations_message AS message WHERE {stretch} ORDER BY message.id DESC {most}
) AS message WHERE {where} ORDER BY message.id DESC LIMIT %s
"""
INDEXED = """
WITH found AS MATERIALIZED (SELECT message.id FROM conversations_message AS message WHERE {stretch})
SELECT message.id FROM (SELECT * FROM found ORDER BY found.id DESC OFFSET 0) AS newest
JOIN conversations_message AS message ON message.id = newest.id WHERE {where}
ORDER BY newest.id DESC LIMIT %s
"""
HAS_WORDS = "chat_words(message.text, message.words_owner) @@ to_tsquery('pg_catalog.simple', %s)"
TITLE_HAS_WORDS = (
    "chat_words(conversation.title, conversation.owner_id) @@ to_tsquery('pg_catalog.simple', %s)"
)

TITLE_FITS = pg.FITS.replace("message.text", "conversation.title")


def newest_messages(
    among: QuerySet[Conversation],
    query: Query,
    *,
    owner: int | None,
    narrowed: bool,
    older: int | None,
    most: int,
) -> list[int]:
    """Return the keys of the newest messages with the words of `query` in one of `among`, at most so many.

    `owner` is the one person whose they are, if there is one; `narrowed` says that `among` may be few.
    """
    within: list[Condition] = [*days("message.created_at", query)]
    if older is not None:
        within.append(("message.id < %s", [older]))
    where: list[Condition] = [contains("message.text", term) for term in query.wanted if term.is_spaceless]
    where += [without("message.text", term) for term in query.unwanted if term.is_spaceless]
    keys = few(among) if narrowed else None
    if keys == []:
        return []
    if connection.vendor == "postgresql":
        scope: Condition = ("message.conversation_id = ANY(%s)", [keys or []])
        if keys is None:
            scope = in_scope("message.conversation_id", among)
        return on_postgres(query, owner, scope, within, where, most, are_few=keys is not None)
    scope = fts.among(keys) if keys is not None else in_scope("message.conversation_id", among)
    return on_sqlite(query, owner, [*within, *where, scope], most)


def titles(among: QuerySet[Conversation], query: Query, *, owner: int | None, most: int) -> list[int]:
    """Return the keys of the newest of `among` whose title has the words of `query`, at most so many."""
    where = [contains("conversation.title", term) for term in query.wanted if term.is_spaceless]
    where += [without("conversation.title", term) for term in query.unwanted if term.is_spaceless]
    where.append(in_scope("conversation.id", among))
    source = pg.TITLES
    if connection.vendor == "postgresql":
        if expression := tsquery(query, owner):
            where.insert(0, (TITLE_HAS_WORDS, [expression]))
        doubted = [term for term in query.wanted if not term.is_spaceless and names_an_owner(term)]
        where += [(TITLE_FITS, [pg.pattern_of(term)] * 2) for term in doubted]
    else:
        matches = fts_matches("conversation.title", fts.TITLES_MATCH, query, owner)
        source = fts.TITLES if matches else pg.TITLES
        where = [*matches, *where]
    return keys_of(f"SELECT conversation.id FROM {source}", where, "conversation.id", most)  # noqa: S608 - values are parameters


def few(among: QuerySet[Conversation]) -> list[int] | None:
    """Return the keys of `among` where they are only a few."""
    found = list(among.order_by().values_list("pk", flat=True)[: FEW + 1])
    return found if len(found) <= FEW else None


def in_scope(column: str, among: QuerySet[Conversation]) -> Condition:
    try:
        statement, values = among.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # nobody may be read
        return "1 = 0", []
    return f"{column} IN ({statement})", list(values)


def on_postgres(
    query: Query,
    owner: int | None,
    scope: Condition,
    within: list[Condition],
    where: list[Condition],
    most: int,
    *,
    are_few: bool,
) -> list[int]:
    """Look through the newest messages, those of the few in `scope` alone, and then ask the index."""
    within = within or [("TRUE", [])]
    terms = [term for term in query.wanted if not term.is_spaceless]
    newest, looked_at = within, [*where, scope]
    if owner is not None:
        newest = [("message.words_owner = %s", [owner]), *within]
    elif are_few:
        newest, looked_at = [scope, *within], where or [("TRUE", [])]
    if not terms:
        return pg.run(NEWEST, newest, looked_at, most)
    patterns: list[Condition] = [(pg.FITS, [pg.pattern_of(term)] * 2) for term in terms]
    # In brackets, so that no index is asked for it.
    exactly: Condition = (f"({HAS_WORDS}) IS TRUE", [tsquery(query, owner)])
    if owner is None:  # of one person the index tells at once: the owner is a word of it
        found = pg.run(NEWEST, newest, [*patterns, exactly, *looked_at], most, looked_through=pg.NEAR)
        if pg.A_FEW <= len(found) < most or are_few:
            found = pg.run(NEWEST, newest, [*patterns, exactly, *looked_at], most, looked_through=pg.FAR)
        if len(found) == most:
            return found
    apart = query.apart()
    # Only the words, so that the index of words leads: what else is true of a message is cheap to tell.
    indexed = [(HAS_WORDS, [tsquery(apart, owner)]), *within]
    known = apart == query and not any(names_an_owner(term) for term in terms)
    rest = [*where, scope]
    return pg.run(INDEXED, indexed, rest if known else [*patterns, exactly, *rest], most)


def tsquery(query: Query, owner: int | None) -> str:
    words = pg.expression(query)
    return f"'u{owner}' & {words}" if owner is not None and words else words


def on_sqlite(query: Query, owner: int | None, conditions: list[Condition], most: int) -> list[int]:
    matches = fts_matches("message.text", fts.MESSAGES_MATCH, query, owner)
    source = fts.MESSAGES if matches else pg.MESSAGES
    if not matches:
        conditions = [
            (said.replace(f"+{fts.MESSAGE_KEY}", "message.id"), values) for said, values in conditions
        ]
    return keys_of(
        f"SELECT message.id FROM {source}",  # noqa: S608 - ours
        [*matches, *conditions],
        fts.MESSAGE_KEY if matches else "message.id",
        most,
    )


def fts_matches(column: str, match: str, query: Query, owner: int | None) -> list[Condition]:
    """Return the conditions that `column` has the words of `query`, as fts.matches does for one owner."""
    if owner is not None:
        statement, values = fts.matches(column, query, owner)
        return [(statement, values)]
    conditions: list[Condition] = []
    if expression := fts_expression(query):
        conditions.append((match, [expression]))
    for terms, sign in ((query.wanted, ""), (query.unwanted, "NOT ")):
        for term in terms:
            pattern = of_term(term)
            if pattern and not term.is_spaceless and is_read(term):
                connection.ensure_connection()
                connection.connection.create_function("chat_has", 2, fts.has, deterministic=True)
                conditions.append((f"{sign}chat_has({column}, %s)", [pattern]))
    return conditions


def fts_expression(query: Query) -> str:
    wanted = []
    for term in query.wanted:
        words = [] if term.is_spaceless else fts.words_of(term)
        wanted += [fts.quoted(word, begins=term.begins and word is words[-1]) for word in words]
    unwanted = [
        fts.quoted(*fts.words_of(term), begins=term.begins)
        for term in query.unwanted
        if not term.is_spaceless and not is_read(term)
    ]
    joined = " AND ".join(wanted)
    return f"({joined}) NOT ({' OR '.join(unwanted)})" if joined and unwanted else joined


def is_read(term: Term) -> bool:
    """Whether the texts have to tell of `term`: words in a row, or one that stands for an owner."""
    return len(fts.words_of(term)) != 1 or names_an_owner(term)


def names_an_owner(term: Term) -> bool:
    return OWNER.fullmatch(pg.folded(term).strip()) is not None


def keys_of(source: str, conditions: Sequence[Condition], key: str, most: int) -> list[int]:
    where = " AND ".join(condition for condition, _ in conditions) or "1 = 1"
    values = [value for _, values in conditions for value in values]
    statement = f"{source} WHERE {where} ORDER BY {key} DESC LIMIT {most}"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
