"""What a reviewer reads, made in a site's environment: `python -m benchmarks.review_archive 1000 100000 10`.

So many people with so many conversations in all, each of so many messages, as archive.py writes them; some
have a thumb, a problem, a cost, a file, a link, a model of their own or a message that was deleted.
Prints a reviewer's session, the name of somebody, and a conversation of 200 messages.
"""

import json
import random
import sys

import django

from .archive import Filler
from .words import Writer

LONG = 200
MODEL, GROUP = "rarely-asked", "Support"
# One in so many has it.
ODD = """
INSERT INTO conversations_feedback (message_id, thumb, reasons, words, created_at, updated_at)
SELECT id, CASE WHEN id % 80 = 0 THEN 'down' ELSE 'up' END, '["wrong"]', '', created_at, created_at
FROM conversations_message WHERE id % 40 = 0;
UPDATE conversations_generation SET status = 'interrupted', problem = 'broken_off' WHERE id % 500 = 0;
UPDATE conversations_generation SET status = 'failed', problem = 'funds' WHERE id % 20011 = 0;
UPDATE conversations_generation SET cost_usd = 0.0001 * (id % 97) WHERE id % 7 = 0;
UPDATE conversations_conversation
SET model_id = (SELECT id FROM conversations_chatmodel WHERE name = 'rarely-asked') WHERE id % 997 = 0;
UPDATE conversations_conversation SET temporary = true WHERE id % 101 = 0;
UPDATE conversations_message SET deleted_at = created_at WHERE id % 4999 = 0;
INSERT INTO conversations_attachment_messages (attachment_id, message_id)
SELECT (SELECT min(id) FROM conversations_attachment), id FROM conversations_message WHERE id % 301 = 0;
ANALYZE
"""


def main() -> None:
    people, conversations, messages = (int(argument) for argument in sys.argv[1:4])
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.db import connection

    from accounts.roles import Role, give_roles
    from conversations import wiring
    from conversations.models import Conversation
    from tests.factories import make_attachment, make_conversation, make_group, make_model, make_share

    from .seed import PASSWORD, add_person, add_session

    hashed = make_password(PASSWORD)
    reader, *rest = [add_person(f"reviewed{number}", hashed) for number in range(people + 1)]
    give_roles(reader, {Role.REVIEWER})
    make_group(GROUP, *rest[:: max(1, people // 20)])
    make_model(MODEL)
    owners = [rest[number % people].pk for number in range(conversations)]
    random.Random(11).shuffle(owners)
    Filler(wiring.current_model(), messages).fill(owners)
    make_attachment(rest[0])
    with connection.cursor() as cursor:
        for statement in ODD.split(";"):
            cursor.execute(statement)
    for one in Conversation.objects.order_by("pk")[: conversations // 1_000 + 1]:
        make_share(one)
    writer = Writer(5)
    said = [writer.answer() if number % 2 else writer.question() for number in range(LONG)]
    long = make_conversation(rest[1], *said, model=wiring.current_model())
    print(
        json.dumps({"session": add_session(reader), "person": rest[2].username, "long": str(long.public_id)})
    )


if __name__ == "__main__":
    main()
