"""Calls of many people, and the usage that they leave: `python -m benchmarks.spent 1000 50000 1000000`.

They are written by PostgreSQL itself. A tenth of the conversations are deleted for ever.
"""

import json
import sys

import django

DAYS = 365
MODELS = 4
# Calls without a message: what is measured reads none.
CALLS = """
INSERT INTO conversations_generation (
    public_id, conversation_id, purpose, status, problem, owner, fence, stop_requested, model_asked,
    model_answered, sent, system_prompt, parameters, body_hash, finish_reason, prompt_tokens,
    completion_tokens, cached_tokens, usage_trusted, cost_usd, cost_source, client_request_id,
    inference_id, upstream_id, attempts, queued_at, started_at, finished_at
)
SELECT gen_random_uuid(), c.id, 'summary', 'done', '', '', 1, false,
       'vendor/model-' || (n / %(many)s) %% %(models)s, '', '[]', '', '{}', '', 'stop',
       200 + n %% 4000, 100 + n %% 900, n %% 100, true, 0.0125, 'reported', '', '', '', 1, at, at, at
FROM generate_series(1, %(calls)s) n JOIN conversations_conversation c ON c.id = %(first)s + n %% %(many)s,
     LATERAL (SELECT c.updated_at - (n / %(many)s) %% 30 * interval '1 day' AS at) a
"""
# As the transactions that end calls add them up, one day after the other.
USAGE = """
INSERT INTO conversations_usage (
    person_id, day, model, calls, prompt_tokens, completion_tokens, cached_tokens, cost
)
SELECT c.owner_id, g.finished_at::date, g.model_asked, count(*), sum(g.prompt_tokens),
       sum(g.completion_tokens), sum(g.cached_tokens), sum(g.cost_usd * 100000000)
FROM conversations_generation g JOIN conversations_conversation c ON c.id = g.conversation_id
GROUP BY 1, 2, 3 ORDER BY 2
"""
GONE = "DELETE FROM conversations_{table} WHERE {column} %% 10 = 0"


def main() -> None:
    people, conversations, calls = (int(argument) for argument in sys.argv[1:4])
    django.setup()
    from datetime import timedelta

    from django.contrib.auth.models import Group
    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.models import User
    from conversations import wiring
    from conversations.models import Conversation, Policy, Usage

    from .seed import add_session

    now = timezone.now()
    users = [User(username=f"person{n}", username_key=f"person{n}") for n in range(people)]
    with transaction.atomic():
        User.objects.bulk_create(users)
        users[0].is_superuser = True
        users[0].save()
        groups = Group.objects.bulk_create(Group(name=f"Team {number}") for number in range(20))
        for number, group in enumerate(groups):
            group.user_set.set(users[number::20])
            Policy.objects.create(group=group, pot_tokens_per_month=10**9)
        made = Conversation.objects.bulk_create(
            (
                Conversation(
                    owner=users[number % people], model=wiring.current_model(), title=f"Talk {number}"
                )
                for number in range(conversations)
            ),
            batch_size=5_000,
        )
        for number, conversation in enumerate(made):
            # Spread over the year, and not in the order of the keys.
            conversation.updated_at = now - timedelta(days=number * 7919 % DAYS)
        Conversation.objects.bulk_update(made, ["updated_at"], batch_size=5_000)
        with connection.cursor() as cursor:
            named = {"calls": calls, "first": made[0].pk, "many": conversations, "models": MODELS}
            cursor.execute(CALLS, named)
            cursor.execute(USAGE)
            cursor.execute(GONE.format(table="generation", column="conversation_id"), [])
            cursor.execute(GONE.format(table="conversation", column="id"), [])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    told = {"session": add_session(users[0]), "rows": Usage.objects.count(), "group": groups[0].pk}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
