"""The read trail: what a reader was shown is on record before it is shown.

Rows hang together by their hashes (chain.py), and the head says where they end. Whoever adds one holds the
row of the head meanwhile, so that no two processes go on from the same place.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, NoReturn
from uuid import UUID

from django.apps import apps
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation
from conversations.services.errors import Unavailable

from . import chain
from .models import Action, Pseudonym, ReadEvent, Sighting, TrailHead
from .taking_over import SALT, take_over

log = logging.getLogger(__name__)

REASON_LENGTH = 500
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as the trail knows them."""

    key: UUID
    secret: bytes
    name: str


def record(
    reader: User,
    *,
    action: Action,
    conversations: Collection[Conversation],
    address: str | None,
    reason: str = "",
) -> ReadEvent:
    """Add one row to the trail: `reader` is shown `conversations` now. Call it before anything is shown.

    `action` is what they did: opened one, or a page of a list (listed), of hits (searched), of an export
    (exported). One call is one row, whatever is on the page; at most `MOST_AT_ONCE` conversations, so an
    export calls it for each batch. `conversations` need their `public_id` and `owner_id` and nothing else;
    one that stands on the page twice may come twice. What cannot be recorded must not be shown: let the
    exception through. `reason` is cut to `REASON_LENGTH` characters, `address` is `client_address(request)`.
    Raises Unavailable when the head of the trail was tampered with.
    """
    if len(conversations) > MOST_AT_ONCE:
        raise ValueError(f"At most {MOST_AT_ONCE} conversations are recorded at once.")
    owners = {one.public_id: one.owner_id for one in conversations}
    with transaction.atomic():
        head = hold_head()
        known = known_people({reader.pk, *owners.values()})
        shown = [(public_id, known[owner]) for public_id, owner in owners.items()]
        whose = set(owners.values())
        return append(
            head,
            action=action,
            reader=(reader, known[reader.pk]),
            shown=shown,
            owner=known[whose.pop()] if len(whose) == 1 else None,
            address=address,
            reason=reason.replace("\0", "").strip()[:REASON_LENGTH],
        )


def forget(person: User) -> None:
    """Destroy what tells that the trail's key of `person` is theirs, and every name of them beside the chain.

    That a key was destroyed is a row of the trail itself: names that are missing without one are noticed.
    """
    with transaction.atomic():
        head = hold_head()
        pseudonym = Pseudonym.objects.filter(person=person).first()
        if pseudonym is None:
            return
        gone = Known(pseudonym.key, bytes(pseudonym.secret), "")
        ReadEvent.objects.filter(reader_key=gone.key).erase("reader", "reader_name", "address", "reason")
        theirs = Sighting.objects.filter(owner_key=gone.key).values("event")
        ReadEvent.objects.filter(pk__in=theirs).exclude(owner_name="").erase("owner_name", "reason")
        append(head, action=Action.FORGOTTEN, reader=(None, gone))
        pseudonym.delete()


def hold_head() -> TrailHead:
    """Return the head, held until the transaction ends; raise Unavailable unless we signed it."""
    heads = TrailHead.objects.select_for_update()
    head = heads.first()
    if head is None:
        begin()
        head = heads.get()
    if not is_signed(head):
        refuse("The head of the read trail is not signed by this site.")
    return head


def begin() -> None:
    """Make the head of a trail that has no row; another process may do the same at this moment."""
    # Rows come with their head: if it is still not there after one was seen, somebody took it away.
    if ReadEvent.objects.exists() and not TrailHead.objects.exists():
        refuse("The head of the read trail is missing.")
    head = TrailHead(pk=1, position=0, hash=chain.GENESIS)
    sign(head)
    TrailHead.objects.bulk_create([head], ignore_conflicts=True)


def refuse(why: str) -> NoReturn:
    log.error("%s Nothing is read until `manage.py verify_trail` passes.", why)
    raise Unavailable(
        _("The record of who reads is damaged: nothing can be read. Tell whoever runs the site.")
    )


def take_over_rows() -> int:
    """Chain what an earlier version wrote beside this one, and return how many rows that were."""
    with transaction.atomic():
        hold_head()
        return take_over(apps.get_model)


def sign_end(position: int, hash_there: str) -> None:
    """Sign the head anew, with the key of today, if it is still that one, which was checked."""
    with transaction.atomic():
        head = TrailHead.objects.select_for_update().get()
        if (head.position, bytes(head.hash).hex()) == (position, hash_there):
            sign(head)
            head.save(update_fields=["signature"])
            log.warning("The end of the read trail was signed anew at row %d.", position)


def content_of(head: TrailHead) -> str:
    return f"{head.position}:{bytes(head.hash).hex()}"


def signer() -> Signer:
    return Signer(salt=SALT)


def sign(head: TrailHead) -> None:
    head.signature = signer().signature(content_of(head))


def is_signed(head: TrailHead) -> bool:
    """Tell whether the head is as this site left it; earlier keys count as SECRET_KEY_FALLBACKS say."""
    try:
        signer().unsign(f"{content_of(head)}:{head.signature}")
    except BadSignature:
        return False
    return True


def known_people(people: Iterable[int]) -> dict[int, Known]:
    """Return under what keys the trail knows `people`, in one query unless somebody is new to it."""
    wanted = set(people)
    found = look_up(wanted)
    if missing := wanted - found.keys():
        secrets = {person: token_bytes(16) for person in missing}
        Pseudonym.objects.bulk_create(
            Pseudonym(person_id=person, key=chain.key_of(person, secret), secret=secret)
            for person, secret in secrets.items()
        )
        found |= look_up(missing)
    return found


def look_up(people: Iterable[int]) -> dict[int, Known]:
    rows = Pseudonym.objects.filter(person__in=people).annotate(name=F("person__username"))
    return {
        person: Known(key, bytes(secret), name)
        for person, key, secret, name in rows.values_list("person", "key", "secret", "name")
    }


def append(
    head: TrailHead,
    *,
    action: Action,
    reader: tuple[User | None, Known],
    shown: Collection[tuple[UUID, Known]] = (),
    owner: Known | None = None,
    address: str | None = None,
    reason: str = "",
) -> ReadEvent:
    """Add one row behind `head`, which is held, and move the head there; `owner` is whose all of it is."""
    person, known = reader
    event = ReadEvent(
        reader=person,
        reader_name=known.name,
        reader_key=known.key,
        conversation_id=next(iter(shown))[0] if len(shown) == 1 else None,
        owner_name=owner.name if owner else "",
        action=action,
        reason=reason,
        address=address,
        at=timezone.now(),
        position=head.position + 1,
    )
    event.seals = chain.seals_of(
        reader=known.secret,
        owner=owner.secret if owner else None,
        reader_name=event.reader_name,
        address=address or "",
        owner_name=event.owner_name,
        reason=reason,
    )
    event.hash = chain.link(bytes(head.hash), shown=in_row(shown), **said_by(event))
    event.save()
    Sighting.objects.bulk_create(
        Sighting(event=event, conversation_id=public_id, owner_key=whose.key) for public_id, whose in shown
    )
    move(head, event)
    return event


def in_row(shown: Iterable[tuple[UUID, Known]]) -> str:
    return chain.in_row(part for public_id, whose in shown for part in (public_id.hex, whose.key.hex))


def said_by(event: ReadEvent) -> dict[str, Any]:
    """What of `event` is in the chain, as it is hashed."""
    return {
        "position": event.position,
        "at": chain.moment(event.at),
        "reader_key": event.reader_key.hex if event.reader_key else "",
        "seals": bytes(event.seals or b""),
        "only": event.conversation_id.hex if event.conversation_id else "",
        "action": str(event.action),
    }


def move(head: TrailHead, event: ReadEvent) -> None:
    head.position, head.hash = event.position or 0, event.hash or b""
    sign(head)
    head.save(update_fields=["position", "hash", "signature"])
