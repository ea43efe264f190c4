"""Run a query over everything of one person: titles, questions and answers, newest first."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import ChatModel, Conversation, Message
from conversations.services.errors import Refusal

from . import postgres, sqlite
from .excerpt import Piece, excerpt, marked, pattern_of
from .query import Query, Term
from .statements import Condition, Value, start_of

PAGE = 20
TITLES_SHOWN = 6
PATIENCE_S = 4.0
QUERY_CANCELED = "57014"
CONVERSATIONS = "JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id"

# So many conversations are given to a query by their keys.
FEW = 1_500


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation, or a message in it, with the words that were found."""

    conversation: Conversation
    title: list[Piece]
    message: Message | None = None
    text: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; `older` is where the next one begins, or None.

    `widened`: words that go on were looked for too, as there was little else; so does the next page.
    """

    conversations: list[Hit]
    messages: list[Hit]
    older: int | None = None
    widened: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.conversations and not self.messages


def search(user: User, query: Query, *, older: int | None = None, widened: bool = False) -> Found:
    """Return a page of what `user` has that `query` describes, in a constant number of queries.

    `older` and `widened` come from the page before. Raises Refusal for a folder or model that is not there.
    """
    if query.is_empty:
        return Found([], [])
    with within_reason():
        return find(user, query, older, widened)


@contextmanager
def within_reason() -> Iterator[None]:
    """Let PostgreSQL neither compile nor share out what takes milliseconds, nor take many seconds."""
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('jit', 'off', true), set_config('statement_timeout', %s, true),"
                " set_config('max_parallel_workers_per_gather', '0', true)",
                [f"{PATIENCE_S * 1000:.0f}ms"],
            )
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != QUERY_CANCELED:
            raise
        raise Refusal(_("This search takes too long. Look for a rarer word, or for fewer days.")) from error


def find(user: User, query: Query, older: int | None, widened: bool) -> Found:
    where = narrowed(user, query)
    if not query.has_words:
        return conversations_alone(user, query, where, older)
    if widened:
        query = query.widened()
    ids = message_ids(user, query, where, older)
    if len(ids) <= PAGE and not widened and older is None and query.widened() != query:
        query, widened = query.widened(), True
        ids = message_ids(user, query, where, older)
    titles = [] if older is not None else title_ids(user, query.widened(), where, TITLES_SHOWN)
    return Found(
        title_hits(titles, query.widened()),
        message_hits(ids[:PAGE], query),
        older=ids[PAGE - 1] if len(ids) > PAGE else None,
        widened=widened,
    )


def conversations_alone(user: User, query: Query, where: list[Condition], older: int | None) -> Found:
    """Without words to look for, the conversations that the rest describes, newest first by key."""
    ids = title_ids(user, query, where, PAGE + 1, older=older)
    return Found(title_hits(ids[:PAGE], query), [], older=ids[PAGE - 1] if len(ids) > PAGE else None)


CARRIES_A_FILE = """EXISTS (
    SELECT 1 FROM conversations_attachment_messages AS carried
    JOIN conversations_message AS carrier ON carrier.id = carried.message_id
    WHERE carrier.conversation_id = conversation.id AND carrier.deleted_at IS NULL
)"""


def narrowed(user: User, query: Query) -> list[Condition]:
    """Return the conditions on the conversation: whose it is, not in the trash, and what is asked for."""
    where: list[Condition] = [
        ("conversation.owner_id = %s", [user.pk]),
        ("conversation.deleted_at IS NULL", []),
        ("NOT conversation.temporary", []),
    ]
    for flag in ("pinned", "archived"):
        wanted = getattr(query, flag)
        if wanted is not None:
            where.append((f"{'' if wanted else 'NOT '}conversation.{flag}", []))
    if query.file is not None:
        where.append((f"{'' if query.file else 'NOT '}{CARRIES_A_FILE}", []))
    if query.folders:
        where.append(one_of("conversation.folder", folders_named(user, query.folders)))
    if query.models:
        where.append(one_of("conversation.model_id", models_named(query.models)))
    return where


def folders_named(user: User, names: Iterable[str]) -> list[str]:
    there = Conversation.objects.visible_to(user).exclude(folder="").order_by()
    folders = list(there.values_list("folder", flat=True).distinct())
    found = []
    for name in names:
        same = [folder for folder in folders if folder.casefold() == name.casefold()]
        if not same:
            raise Refusal(_("You have no folder “%(name)s”.") % {"name": name})
        found += same
    return found


def models_named(names: Iterable[str]) -> list[int]:
    wanted = Q()
    for name in names:
        wanted |= Q(name__icontains=name) | Q(label__icontains=name)
    found = list(ChatModel.objects.filter(wanted).order_by().values_list("pk", flat=True))
    if not found:
        raise Refusal(_("No model is called “%(names)s”.") % {"names": _(" or ").join(names)})
    return found


def one_of(column: str, values: Sequence[Value]) -> Condition:
    return f"{column} IN ({', '.join(['%s'] * len(values))})", values


def message_ids(user: User, query: Query, where: list[Condition], older: int | None) -> list[int]:
    """Return the keys of the newest messages that fit, one more than a page holds."""
    conditions: list[Condition] = [("message.deleted_at IS NULL", []), *where]
    conditions += [contains("message.text", term) for term in query.wanted if term.is_spaceless]
    conditions += [without("message.text", term) for term in query.unwanted if term.is_spaceless]
    within = days("message.created_at", query)
    among = few_conversations(query, where)
    if connection.vendor == "postgresql":
        return postgres.newest_messages(
            query, user.pk, days=within, among=among, where=conditions, older=older, most=PAGE + 1
        )
    if among is not None:
        within.append(sqlite.among(among))
    conditions = [sqlite.matches("message.text", query, user.pk), *conditions, *within]
    if older is not None:
        conditions.append((f"{sqlite.MESSAGE_KEY} < %s", [older]))
    return keys(f"{sqlite.MESSAGES} {CONVERSATIONS}", sqlite.MESSAGE_KEY, conditions, PAGE + 1)


def few_conversations(query: Query, where: list[Condition]) -> list[int] | None:
    """Return the keys of the conversations that may hold what is found, where `query` leaves only a few."""
    if not (query.pinned or query.archived or query.file or query.folders or query.models):
        return None
    found = keys(postgres.TITLES, postgres.TITLE_KEY, where, FEW + 1)
    return found if len(found) <= FEW else None


def title_ids(
    user: User, query: Query, where: list[Condition], most: int, *, older: int | None = None
) -> list[int]:
    backend = postgres if connection.vendor == "postgresql" else sqlite
    source, key = backend.TITLES, backend.TITLE_KEY
    conditions = list(where)
    if query.has_words:
        conditions.insert(0, title_matches(query, user.pk))
    else:
        source, key = postgres.TITLES, postgres.TITLE_KEY
    conditions += [contains("conversation.title", term) for term in query.wanted if term.is_spaceless]
    conditions += [without("conversation.title", term) for term in query.unwanted if term.is_spaceless]
    conditions += days("conversation.updated_at", query)
    if older is not None:
        conditions.append((f"{key} < %s", [older]))
    return keys(source, key, conditions, most)


def title_matches(query: Query, owner: int) -> Condition:
    if connection.vendor == "postgresql":
        return postgres.matches(query, owner)
    return sqlite.matches("conversation.title", query, owner)


def keys(source: str, key: str, conditions: Sequence[Condition], most: int) -> list[int]:
    where = " AND ".join(condition for condition, _ in conditions)
    values = [value for _, values in conditions for value in values]
    statement = f"SELECT {key} FROM {source} WHERE {where} ORDER BY {key} DESC LIMIT {most}"  # noqa: S608 - values are parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def contains(column: str, term: Term) -> Condition:
    escaped = term.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{column} LIKE %s ESCAPE '\\'", [f"%{escaped}%"]


def without(column: str, term: Term) -> Condition:
    condition, values = contains(column, term)
    return f"NOT {condition}", values


def days(column: str, query: Query) -> list[Condition]:
    conditions: list[Condition] = []
    for sign, day in (("<", query.before), (">=", query.after)):
        if day is not None:
            moment = str(connection.ops.adapt_datetimefield_value(start_of(day)))
            conditions.append((f"{column} {sign} %s", [moment]))
    return conditions


def message_hits(ids: Sequence[int], query: Query) -> list[Hit]:
    rows = Message.objects.filter(pk__in=ids).select_related("conversation")
    pattern = pattern_of(query.wanted)
    return [
        Hit(
            message.conversation,
            marked(message.conversation.heading, pattern),
            message,
            excerpt(message.text, query),
        )
        for message in rows.defer("html", "reasoning").order_by("-pk")
    ]


def title_hits(ids: Sequence[int], query: Query) -> list[Hit]:
    pattern = pattern_of(query.wanted)
    rows = Conversation.objects.filter(pk__in=ids).order_by("-pk")
    return [Hit(conversation, marked(conversation.heading, pattern)) for conversation in rows]
