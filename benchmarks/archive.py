"""Many conversations, made in a site's environment: `python -m benchmarks.archive 10000 40000 20`.

The first person has so many conversations, and others so many more, each of so many messages. What is written
is as the site writes it, with the record of what was sent, and with words that hardly anybody uses.
Prints some conversations of the first person, and how many bytes of text there are; without numbers, a
session of that person.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

import django

from .words import Writer

if TYPE_CHECKING:
    from django.db.models import Model

    from conversations.models import ChatModel

OTHERS, POOL, RARE_WORDS, BATCH, SAMPLE = 40, 3_000, 300_000, 5_000, 200
NAME = "archivist"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
FOLDERS = ("Work", "Home", "Sea life")


class Archive(TypedDict):
    conversations: list[str]
    text_bytes: int


def main() -> None:
    django.setup()
    if numbers := [int(argument) for argument in sys.argv[1:4]]:
        print(json.dumps(fill(*numbers)))
    else:
        from accounts.models import User

        from .seed import add_session

        print(add_session(User.objects.get(username=f"{NAME}0")))


def fill(mine: int, others: int, messages: int) -> Archive:
    from django.contrib.auth.hashers import make_password

    from conversations import wiring

    from .seed import PASSWORD, add_person

    hashed = make_password(PASSWORD)
    first, *rest = [add_person(f"{NAME}{number}", hashed) for number in range(OTHERS + 1)]
    owners = [first.pk] * mine + [rest[number % OTHERS].pk for number in range(others)]
    random.Random(11).shuffle(owners)
    filler = Filler(wiring.current_model(), messages)
    filler.fill(owners)
    return Archive(conversations=filler.of(first.pk), text_bytes=filler.text_bytes)


class Table:
    """Rows of a model: what is the same in all of them is prepared once, then they are written at once."""

    def __init__(self, kind: "type[Model]", **same: object) -> None:
        from django.db import connection

        fields = kind._meta.concrete_fields  # noqa: SLF001 - documented by Django
        row = kind(**same)
        self.name = kind._meta.db_table  # noqa: SLF001
        self.columns = [field.column for field in fields]
        self._values = [
            field.get_db_prep_save(getattr(row, field.attname), connection=connection) for field in fields
        ]
        self._place = {field.attname: place for place, field in enumerate(fields)}
        self._rows: list[list[Any]] = []

    def add(self, **values: object) -> None:
        row = list(self._values)
        for name, value in values.items():
            row[self._place[name]] = value
        self._rows.append(row)

    def write(self) -> None:
        from django.db import connection

        columns = ", ".join(f'"{column}"' for column in self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                    for row in self._rows:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(self.columns))
                cursor.executemany(f"INSERT INTO {self.name} ({columns}) VALUES ({places})", self._rows)  # noqa: S608
        self._rows.clear()


class Filler:
    """Writes rows of all tables, so many conversations at a time."""

    def __init__(self, model: "ChatModel", messages: int) -> None:
        from django.db import connection

        from conversations.models import Conversation, Generation, Message
        from conversations.rendering import ON_READ

        self._random = random.Random(5)
        self._messages = messages
        self._as_text = connection.vendor == "sqlite"
        writer = Writer(3)
        self._answers = [long_answer(writer) for _ in range(POOL)]
        self._questions = [writer.question() for _ in range(POOL)]
        self._titles = [writer.sentence(5) for _ in range(POOL)]
        self._conversations = Table(Conversation, model=model)
        self._said = Table(Message)
        self._not_rendered = ON_READ
        self._generations = Table(
            Generation,
            status="done",
            model_asked=model.name,
            model_answered=model.name,
            parameters={"max_tokens": 4096, "dialect": "openai"},
            body_digest=b"b" * 32,
            finish_reason="stop",
            prompt_tokens=900,
            completion_tokens=230,
            usage_trusted=True,
            http_status=200,
            attempts=1,
        )
        self._sample: dict[int, list[str]] = {}
        self.text_bytes = 0

    def of(self, owner: int) -> list[str]:
        """Return the public ids of some conversations of `owner`."""
        return self._sample[owner]

    def fill(self, owners: Sequence[int]) -> None:
        from django.db import transaction

        with bulk_loading():
            numbered = iter(enumerate(owners, start=1))
            while batch := list(islice(numbered, BATCH // self._messages)):
                with transaction.atomic():
                    for key, owner in batch:
                        self._add(key, owner)
                    for table in (self._conversations, self._said, self._generations):
                        table.write()

    def _add(self, key: int, owner: int) -> None:
        begun = BEGUN + timedelta(minutes=5 * key)
        at = self._time(begun)
        public_id = self._uuid()
        sample = self._sample.setdefault(owner, [])
        if len(sample) < SAMPLE:
            sample.append(str(public_id))
        self._conversations.add(
            id=key,
            public_id=self._stored(public_id),
            owner_id=owner,
            title=self._random.choice(self._titles),
            leaf_id=key * self._messages,
            folder=self._random.choice(FOLDERS) if self._random.random() < 0.1 else "",
            pinned=self._random.random() < 0.001,
            archived=self._random.random() < 0.1,
            **dict.fromkeys(("created_at", "updated_at", "seen_at"), at),
        )
        first = (key - 1) * self._messages + 1
        for number in range(self._messages):
            self._say(key, first, number, begun + timedelta(seconds=20 * number))

    def _say(self, conversation: int, first: int, number: int, moment: datetime) -> None:
        """Add one message, and for an answer its generation."""
        rare = f"w{self._random.randrange(RARE_WORDS):x}"
        at = self._time(moment)
        row = {
            "id": first + number,
            "public_id": self._key(moment),
            "conversation_id": conversation,
            "parent_id": first + number - 1 if number else None,
            "created_at": at,
        }
        if number % 2:
            text = f"{self._random.choice(self._answers)}\n\nSee {rare}."
            self._said.add(**row, role="assistant", text=text, renderer_version=self._not_rendered)
            self._generations.add(
                id=(first + number + 1) // 2,
                public_id=self._key(moment),
                conversation_id=conversation,
                message_id=first + number,
                sent=json.dumps({"length": number}),
                inference_id=str(self._uuid()),
                **dict.fromkeys(("queued_at", "started_at", "first_token_at", "finished_at"), at),
            )
        else:
            text = f"{self._random.choice(self._questions)} {rare}"
            self._said.add(**row, role="user", text=text, idempotency_key=self._key(moment))
        self.text_bytes += len(text.encode())

    def _uuid(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _key(self, moment: datetime) -> str:
        """Return a key as the site makes them, of that moment."""
        from conversations.models import keys

        bits = self._random.getrandbits(keys.RANDOM_BITS)
        return self._stored(keys.key_of(int(moment.timestamp() * 1000), bits))

    def _stored(self, public_id: UUID) -> str:
        return public_id.hex if self._as_text else str(public_id)

    def _time(self, moment: datetime) -> object:
        moment += timedelta(microseconds=self._random.randrange(1_000_000))
        return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if self._as_text else moment


def long_answer(writer: Writer) -> str:
    """Return an answer of some 800 characters: the 230 tokens of its record, at three and a half each."""
    text = writer.answer()
    while len(text) < 700:
        text += f"\n\n{writer.paragraph()}"
    return text


@contextmanager
def bulk_loading() -> Iterator[None]:
    """Check no references while rows are loaded, and let PostgreSQL index the words afterwards, at once."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("ALTER TABLE conversations_message ENABLE ALWAYS TRIGGER message_words_owner")
            cursor.execute("DROP INDEX message_words")
        else:
            for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -500000"):
                cursor.execute(f"PRAGMA {pragma}")
    yield
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(
                "CREATE INDEX message_words ON conversations_message"
                " USING gin (chat_words(text, words_owner)) WITH (fastupdate = off)"
            )
            for table in ("conversation", "message", "generation"):
                key = f"pg_get_serial_sequence('conversations_{table}', 'id')"
                cursor.execute(f"SELECT setval({key}, (SELECT max(id) FROM conversations_{table}))")  # noqa: S608
        # As a site is that has run for a while.
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")


if __name__ == "__main__":
    main()
