"""What a person takes along tells of every row that points to them, or it is said why not."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import connection
from django.db.models import Field, ForeignObjectRel
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.on_record import put_on_record
from accounts.roles import Role, give_roles
from conversations.models import Grant, Usage
from conversations.services.granting import give
from conversations.services.replies import write_reply
from conversations.services.transfer.about_me import export_account
from conversations.services.transfer.personal import ACCOUNT, LEFT_OUT, PREFERENCES
from conversations.services.trash import delete_for_ever
from review.judging.notes import Passage, write_note
from review.judging.verdicts import Opinion, give_verdict
from review.models import Label
from tests.factories import make_conversation, make_group, make_policy, make_user

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def archive_of(person) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export_account(person))))


def account_of(person) -> dict:
    return json.loads(archive_of(person).read("account.json"))


def rows(person, name: str) -> list[dict]:
    return [json.loads(line) for line in archive_of(person).read(f"{name}.jsonl").decode().splitlines()]


def pointing_to_people() -> Iterator[tuple[str, Field]]:
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            field = relation.field
            if field.concrete and not field.many_to_many:
                yield f"{field.model._meta.label}.{field.name}", field


def test_every_row_that_points_to_a_person_is_looked_for_or_left_out_for_a_reason(ada):
    with CaptureQueriesContext(connection) as asked:
        archive_of(ada)
    statements = " ".join(query["sql"] for query in asked.captured_queries)

    def is_told(field: Field) -> bool:
        return f'"{field.model._meta.db_table}"."{field.column}" = {ada.pk}' in statements

    fields = dict(pointing_to_people())
    assert len(fields) > 15
    assert [name for name, field in fields.items() if not is_told(field) and name not in LEFT_OUT] == []
    assert [name for name in LEFT_OUT if name in fields and is_told(fields[name])] == []


def test_every_fact_of_a_person_is_told_or_left_out_for_a_reason():
    facts = {field.name for field in User._meta.concrete_fields}
    left_out = {name.removeprefix("accounts.User.") for name in LEFT_OUT if ".User." in name}

    assert facts == {*ACCOUNT, *PREFERENCES} | left_out
    assert not {*ACCOUNT, *PREFERENCES} & left_out
    known = facts | {field.name for _name, field in pointing_to_people()}
    assert {name.split(".")[-1] for name in LEFT_OUT} <= known


def test_the_ways_in_are_told_by_their_names_and_days_and_never_by_what_opens():
    ada = make_user("ada", language="de", time_zone="Europe/Berlin")
    EmailAddress.objects.create(user=ada, email="ada@example.org", verified=True)
    TOTP.activate(ada, SECRET)
    codes = RecoveryCodes.activate(ada)
    WebAuthn.add(ada, "The blue key", {"credential_data": "c3VjaCBzZWNyZXRz"})

    account = account_of(ada)

    assert (account["preferences"]["language"], account["preferences"]["time_zone"]) == (
        "de",
        "Europe/Berlin",
    )
    assert [(it["type"], it["name"]) for it in account["ways_in"]] == [
        ("totp", ""),
        ("recovery_codes", ""),
        ("webauthn", "The blue key"),
    ]
    assert all(it["created_at"] for it in account["ways_in"])
    archive = archive_of(ada)
    everything = " ".join(archive.read(name).decode() for name in archive.namelist())
    for secret in (
        SECRET,
        "c3VjaCBzZWNyZXRz",
        ada.password,
        *codes.get_unused_codes(),
        codes.instance.data["seed"],
    ):
        assert str(secret) not in everything


def test_groups_roles_limits_and_the_invitation_are_told(bob):
    ada = make_user("ada")
    team = make_group("Otters", ada)
    give_roles(ada, {Role.REVIEWER})
    make_policy(person=ada, tokens_per_day=500, sharing=False)
    ends = timezone.now() + timedelta(days=1)
    invitation = Invitation.objects.create(
        token_hash="hashed", email="a@example.org", made_by=bob, expires_at=ends, accepted_by=ada
    )
    invitation.groups.add(team)

    account = account_of(ada)

    assert account["groups"] == ["Otters", "Reviewers"]
    assert account["roles"] == ["reviewer"]
    assert account["policy"] == {"tokens_per_day": 500, "sharing": False}
    assert (account["invitation"]["made_by"], account["invitation"]["groups"]) == ("bob", ["Otters"])
    assert "hashed" not in json.dumps(account)
    assert account_of(bob)["invitation"] is None


def test_what_is_on_record_and_what_was_granted_is_told_to_whom_it_is_about(ada, bob):
    put_on_record(ada, by=bob, what="Account opened")
    give(Grant(person=ada, period="day", tokens=50, usd=Decimal(0), reason="The report"), by=bob)

    (entry,) = rows(ada, "record")
    (grant,) = rows(ada, "grants")

    assert (entry["user"], entry["change_message"]) == ("bob", "Account opened")
    assert (grant["tokens"], grant["reason"], grant["granted_by"]) == (50, "The report", "bob")
    assert account_of(ada)["spending"]["day_extra_tokens"] == 50
    assert rows(bob, "record") == rows(bob, "grants") == []
    (done,) = rows(bob, "administered")
    assert (done["content_type__model"], "ada" in json.dumps(done)) == ("user", False)


def test_what_was_used_by_conversations_that_are_gone_is_told_by_day(ada):
    Usage.objects.create(person=ada, day=timezone.localdate(), model="m", calls=1, prompt_tokens=90)
    talk = make_conversation(ada, "Hello", "Hi", deleted_at=timezone.now())
    delete_for_ever(talk)

    assert rows(ada, "usage") == []
    assert rows(ada, "usage-by-day")[0]["prompt_tokens"] == 90


def test_what_reviewers_said_and_wrote_is_told_to_whom_it_is_about_and_to_who_said_it(ada, bob):
    talk = make_conversation(ada, "A secret question", "Yes.")
    label = Label.objects.create(name="Spam")
    give_verdict(talk, reviewer=bob, opinion=Opinion("reviewed", [label]))
    write_note(talk, author=bob, text="Odd", message=talk.leaf.parent, passage=Passage.of("secret"))
    write_reply(talk, author=bob, text="Take care")

    verdict, note = rows(ada, "judged")
    assert (verdict["state"], verdict["labels"], note["note"], note["quote"]) == (
        "reviewed",
        ["Spam"],
        "Odd",
        "secret",
    )
    assert "bob" not in json.dumps([verdict, note])
    assert (rows(ada, "replies")[0]["text"], rows(ada, "replies")[0]["author"]) == ("Take care", "bob")
    given = rows(bob, "judgements-given")
    assert [row.get("note") for row in given] == [None, "Odd"]
    assert "secret" not in json.dumps(given)
    assert rows(bob, "replies-sent")[0]["text"] == "Take care"
    assert rows(bob, "judged") == rows(ada, "judgements-given") == rows(bob, "replies") == []
