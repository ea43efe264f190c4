"""What is known of a person beside what they wrote: how they sign in, what they may do, what is on record.

Every row that points to a person is here or in `about_me`, or is left out for a reason; a test holds that.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet

from accounts.models import Invitation, User
from accounts.on_record import record_of
from accounts.roles import roles_of
from conversations.models import Grant, Origin, Policy, Spending, Usage

LEFT_OUT = {
    "accounts.User.id": "a number of ours",
    "accounts.User.password": "a secret",
    "accounts.User.username_key": "the name, written so that look-alikes are found",
    "accounts.User.forgotten_at": "of who has it nothing is left to export",
    "accounts.Invitation.made_by": "the addresses of others; the person's own invitation is told",
    "conversations.Grant.granted_by": "what others were given, and why",
    "conversations.Reservation.person": "there for as long as an answer is made, then usage",
    "review.ReadEvent.reader": "whose conversations they read is told to those whose they are",
    "review.AccessGrant.reader": "the same, of whose they asked to read",
    "review.AccessGrant.approved_by": "the same, of what they approved",
    "review.ModeChange.by": "what may be read of others",
    "review.ModeSeen.person": "what their page told them, as it stands there",
    "review.SavedFilter.owner": "how they look for the conversations of others",
    "review.RetentionChange.by": "how long what others write is kept",
    "review.Hold.person": "a case about them may be the reason; that it keeps something is told on deletion",
    "review.Hold.placed_by": "what of others is kept, and why",
    "review.Hold.ended_by": "the same",
    "review.Pseudonym.person": "the key that hides them in the trail",
}
ACCOUNT = (
    "username",
    "first_name",
    "last_name",
    "email",
    "date_joined",
    "last_login",
    "is_active",
    "is_staff",
    "is_superuser",
    "waits_for",
    "leaves_at",
)
PREFERENCES = ("language", "theme", "time_zone", "send_key", "announcement", "default_model")
USAGE = ("day", "model", "calls", "prompt_tokens", "completion_tokens", "cached_tokens", "cost")
GRANT = ("period", "starts", "tokens", "usd", "reason", "granted_by__username", "granted_at")
RECORD = ("action_time", "user__username", "change_message")
DONE = ("action_time", "content_type__app_label", "content_type__model", "action_flag")
ORIGIN = ("conversation__public_id", "source", "key")


def facts_of(person: User) -> dict[str, object]:
    """Return what `account.json` says of `person`."""
    addresses = EmailAddress.objects.filter(user=person).values("email", "verified", "primary")
    permissions = person.user_permissions.values_list("content_type__app_label", "codename")
    return {
        **{name: getattr(person, name) for name in ACCOUNT},
        "addresses": list(addresses),
        "preferences": {name: getattr(person, name) for name in PREFERENCES},
        "ways_in": [way_in(it) for it in Authenticator.objects.filter(user=person).order_by("pk")],
        "accounts_elsewhere": accounts_elsewhere(person),
        "groups": list(person.groups.order_by("name").values_list("name", flat=True)),
        "roles": sorted(role.value for role in roles_of(person)),
        "permissions": [".".join(names) for names in permissions.order_by("pk")],
        "policy": row_of(Policy.objects.filter(person=person)),
        "spending": row_of(Spending.objects.filter(person=person)),
        "invitation": invitation_of(person),
    }


def way_in(it: Authenticator) -> dict[str, object]:
    """Return when a second factor or a passkey was made and what it is called, and nothing that opens."""
    name = it.data["name"] if it.type == Authenticator.Type.WEBAUTHN else ""
    return {"type": it.type, "name": name, "created_at": it.created_at, "last_used_at": it.last_used_at}


def accounts_elsewhere(person: User) -> list[Mapping[str, object]]:
    """Return what the organisation's own sign-in said of `person`, where the site has one."""
    known = getattr(person, "socialaccount_set", None)
    columns = ("provider", "uid", "date_joined", "last_login", "extra_data")
    return [] if known is None else list(known.order_by("pk").values(*columns))


def row_of(rows: QuerySet[Any]) -> dict[str, object] | None:
    """Return what the only one of `rows` says, without its keys and what it leaves empty."""
    row = rows.values().first()
    keys = {"id", "person_id", "group_id"}
    return row and {name: value for name, value in row.items() if name not in keys and value is not None}


def invitation_of(person: User) -> dict[str, object] | None:
    it = Invitation.objects.filter(accepted_by=person).select_related("made_by").first()
    if it is None:
        return None
    return {
        "email": it.email,
        "made_by": it.made_by.username if it.made_by else None,
        "made_at": it.made_at,
        "accepted_at": it.accepted_at,
        "groups": list(it.groups.order_by("name").values_list("name", flat=True)),
        "is_staff": it.is_staff,
    }


def tables(person: User) -> Iterator[tuple[str, QuerySet[Any], Sequence[str]]]:
    """Yield the files of rows: their names, the rows, and the columns that are told."""
    yield "usage-by-day", Usage.objects.filter(person=person), USAGE
    yield "grants", Grant.objects.filter(person=person), GRANT
    yield "record", record_of(person), RECORD
    yield "administered", LogEntry.objects.filter(user=person), DONE
    yield "origins", Origin.objects.filter(owner=person), ORIGIN
