"""Find and order: indexes of the words, kept by the database itself, and those that the lists need."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# `owner` is a word of its own (u42): what others wrote is passed over in the index. No text is kept twice and no
# lengths of texts, as nothing is ranked. A row of the index is deleted by saying again what it was made of.
TABLE = """
CREATE VIRTUAL TABLE conversations_{name}words USING fts5(
    owner, text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2"
)
"""
MESSAGE_OWNER = "(SELECT 'u' || owner_id FROM conversations_conversation WHERE id = {row}.conversation_id)"
TITLE_OWNER = "'u' || {row}.owner_id"
ADD = (
    "INSERT INTO conversations_{name}words (rowid, owner, text)"
    " SELECT new.id, {new_owner}, new.{column} WHERE new.{column} <> '';"
)
REMOVE = (
    "INSERT INTO conversations_{name}words (conversations_{name}words, rowid, owner, text)"
    " SELECT 'delete', old.id, {old_owner}, old.{column} WHERE old.{column} <> '';"
)
TRIGGERS = {
    "added": "AFTER INSERT ON {table} BEGIN {add} END",
    "removed": "AFTER DELETE ON {table} BEGIN {remove} END",
    # One trigger, so that what was is gone before what is comes.
    "changed": "AFTER UPDATE OF {column} ON {table} WHEN old.{column} <> new.{column} BEGIN {remove} {add} END",
}
INDEXED = [
    {"name": "message", "table": "conversations_message", "column": "text", "owner": MESSAGE_OWNER},
    {"name": "title", "table": "conversations_conversation", "column": "title", "owner": TITLE_OWNER},
]
FILL = """
INSERT INTO conversations_messagewords (rowid, owner, text)
SELECT message.id, 'u' || conversation.owner_id, message.text FROM conversations_message AS message
JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id
WHERE message.text <> '' ORDER BY message.id;;
INSERT INTO conversations_titlewords (rowid, owner, text)
SELECT id, 'u' || owner_id, title FROM conversations_conversation WHERE title <> '' ORDER BY id
"""

# The same folding as SQLite's: no case, no accents; signs part words, so that code and addresses are found by
# their pieces. Of a longer text than any answer the end is left out: a tsvector has a limit of a megabyte.
FUNCTIONS = r"""
CREATE FUNCTION chat_words(words text, owner bigint) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 AS $words$
    SELECT to_tsvector('pg_catalog.simple', regexp_replace(
        CASE WHEN octet_length(words) = length(words) THEN left(words, 200000)
        ELSE regexp_replace(normalize(left(words, 200000), NFKD), '[\u0300-\u036f]', '', 'g') END,
        '[!-/:-@\[-`{-~]+', ' ', 'g'
    )) || array_to_tsvector(ARRAY['u' || owner::text])
$words$;;
CREATE FUNCTION chat_words_owner() RETURNS trigger LANGUAGE plpgsql AS $trigger$ BEGIN
    SELECT owner_id INTO NEW.words_owner FROM conversations_conversation WHERE id = NEW.conversation_id;
    RETURN NEW;
END $trigger$
"""
# Whose words they are stands beside them, out of Django's sight: as a word of the index as on SQLite, and in an
# index of its own, by which a common word is met soon from the newest message on.
TABLES = """
ALTER TABLE conversations_message ADD COLUMN words_owner bigint;;
UPDATE conversations_message AS message SET words_owner = conversation.owner_id
FROM conversations_conversation AS conversation WHERE conversation.id = message.conversation_id;;
CREATE TRIGGER message_words_owner BEFORE INSERT ON conversations_message
FOR EACH ROW EXECUTE FUNCTION chat_words_owner()
"""
INDEXES = """
CREATE INDEX message_words_newest ON conversations_message (words_owner, id);;
CREATE INDEX message_words ON conversations_message USING gin (chat_words(text, words_owner))
WITH (fastupdate = off);;
CREATE INDEX title_words ON conversations_conversation USING gin (chat_words(title, owner_id)) WITH (fastupdate = off)
"""
NO_MORE = """
DROP INDEX title_words;; DROP INDEX message_words;; DROP INDEX message_words_newest;;
DROP TRIGGER message_words_owner ON conversations_message;;
ALTER TABLE conversations_message DROP COLUMN words_owner;;
DROP FUNCTION chat_words_owner();; DROP FUNCTION chat_words(text, bigint)
"""


def keep_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the indexes, fill them with what is there, and let the database keep them from now on."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, FUNCTIONS)
        run(schema_editor, TABLES)
        # What was filled in is checked at once: no table is changed while something of it is still to be checked.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
        run(schema_editor, INDEXES)
        return
    for indexed in INDEXED:
        schema_editor.execute(TABLE.format(**indexed), params=None)
    keep_triggers(apps, schema_editor)
    run(schema_editor, FILL)


def run(schema_editor: BaseDatabaseSchemaEditor, statements: str) -> None:
    for statement in statements.split(";;"):
        schema_editor.execute(statement, params=None)


def keep_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers of SQLite anew: a later migration that remakes one of the tables loses them."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for indexed in INDEXED:
        parts = indexed | {
            "new_owner": indexed["owner"].format(row="new"),
            "old_owner": indexed["owner"].format(row="old"),
        }
        parts |= {"add": ADD.format(**parts), "remove": REMOVE.format(**parts)}
        for name, body in TRIGGERS.items():
            trigger = f"conversations_{indexed['name']}words_{name}"
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}", params=None)
            schema_editor.execute(f"CREATE TRIGGER {trigger} {body.format(**parts)}", params=None)


def drop_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, NO_MORE)
        return
    for indexed in INDEXED:
        for name in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS conversations_{indexed['name']}words_{name}", params=None)
        schema_editor.execute(f"DROP TABLE conversations_{indexed['name']}words", params=None)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_attachments")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="seen_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["owner", "folder", "-pinned", "-updated_at", "-id"],
                condition=models.Q(deleted_at=None, archived=False),
                name="conversation_places",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="conversation_trash",
            ),
        ),
        migrations.RunPython(keep_words, drop_words),
    ]
