"""Holds: what forbids that conversations are removed for ever, placed and ended by a person, on record.

`kept_by_holds` answers the one door of removing, which has locked the conversations and their owners; whoever
places a hold takes the same locks, so of a hold and a removal at one moment one sees the other.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from urllib.parse import parse_qs

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, Wait
from conversations.models import Attachment, Conversation
from conversations.services.errors import Refusal
from review.access import PERMISSION as READING
from review.access import conditions
from review.finding.asked import Asked
from review.finding.narrowing import narrow
from review.finding.words import newest_messages, titles
from review.models import AccessRule, Held, Hold, Reach, SavedFilter
from review.models.keeping import REASON_LENGTH

log = logging.getLogger(__name__)

PERMISSION = "review.place_holds"
AT_ONCE = 500
# A search has no end; of more messages than this nobody would look through the hold either.
MOST_HITS = 20_000


def hold_conversation(conversation: Conversation, *, by: User, reason: str, until: datetime | None) -> Hold:
    """Keep `conversation` whatever anybody does; raise Refusal without a reason, or when it is gone."""
    with transaction.atomic():
        owner = conversation.owner
        hold = place(Reach.CONVERSATION, by=by, reason=reason, until=until, person=owner)
        if not keep(hold, [conversation.pk]):
            raise Refusal(_("This conversation is not there any more."))
    return hold


def hold_person(person: User, *, by: User, reason: str, until: datetime | None) -> Hold:
    """Keep all that `person` wrote and will write, and their account; raise Refusal for who is gone."""
    with transaction.atomic():
        rows = User.objects.select_for_update(no_key=True, of=("self",)).filter(forgotten_at=None)
        # Who was never let in wrote nothing, and is removed when they are turned away.
        if not rows.filter(pk=person.pk, waits_for=Wait.NOTHING).values_list("pk"):
            raise Refusal(_("There is nobody of that name."))
        return place(Reach.PERSON, by=by, reason=reason, until=until, person=person)


def hold_what_is_found(saved: SavedFilter, *, by: User, reason: str, until: datetime | None) -> Hold:
    """Keep what `saved` finds now of what `by` may read, the trash too; more is added by `look_again`.

    Raises Refusal when it finds nothing, or is not understood.
    """
    with transaction.atomic():
        facts = {"filter_name": saved.name, "query": saved.query}
        hold = place(Reach.FILTER, by=by, reason=reason, until=until, **facts)
        if not keep(hold, found_by(saved.query, by)):
            raise Refusal(_("This filter finds nothing that you may read."))
    return hold


def place(reach: Reach, *, by: User, reason: str, until: datetime | None, **facts: object) -> Hold:
    reason = reason.replace("\0", "").strip()[:REASON_LENGTH]
    if not reason:
        raise Refusal(_("Say why it must be kept."))
    if until is not None and until <= timezone.now():
        raise Refusal(_("The end of a hold is in the future."))
    hold = Hold.objects.create(reach=reach, reason=reason, until=until, placed_by=by, **facts)
    log.info("Hold %d: placed by %d on a %s.", hold.pk, by.pk, reach)
    return hold


def keep(hold: Hold, keys: Iterable[int]) -> int:
    """Let `hold` keep those of the conversations `keys` that are there; return how many are new to it."""
    wanted, added = sorted(keys), 0
    for start in range(0, len(wanted), AT_ONCE):
        with transaction.atomic():
            rows = Conversation.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
            there = rows.filter(pk__in=wanted[start : start + AT_ONCE]).exclude(held__hold=hold)
            rows_held = [Held(hold=hold, conversation_id=key) for key in there.values_list("pk", flat=True)]
            Held.objects.bulk_create(rows_held, ignore_conflicts=True)
        added += len(rows_held)
    return added


def found_by(query: str, reader: User) -> list[int]:
    """Return the keys of what a filter finds of what `reader` may read now, and of that in the trash."""
    asked = Asked.of(query, reader=reader)
    if not asked.is_valid or not reader.has_perm(READING):
        return []
    rules = list(AccessRule.objects.all())
    scope = Conversation.objects.filter(conditions(reader, rules) if rules else Q(), withdrawn_at=None)
    among = narrow(scope, asked)
    if not asked.words.has_words:
        return list(among.order_by("pk").values_list("pk", flat=True))
    words = asked.words.widened()
    owner = asked.values["person"].pk if asked.values.get("person") else None
    hits = newest_messages(among, words, owner=owner, narrowed=True, older=None, most=MOST_HITS)
    named = titles(among, words, owner=owner, most=MOST_HITS)
    by_words = Conversation.objects.filter(messages__in=hits).values_list("pk", flat=True)
    return sorted({*by_words, *named})


def look_again(hold: Hold) -> int:
    """Let a hold on a filter keep also what it finds now; return how many are new."""
    if hold.reach != Reach.FILTER or not hold.stands or hold.placed_by is None:
        return 0
    return keep(hold, found_by(hold.query, hold.placed_by))


def look_again_everywhere() -> int:
    """Do so for every hold that stands: nothing is removed by its time before.

    Raises Refusal when a search takes too long: then nothing may go.
    """
    return sum(look_again(hold) for hold in Hold.objects.standing().filter(reach=Reach.FILTER))


def end_hold(hold: Hold, *, by: User) -> None:
    """Let `hold` keep nothing any more, on record; it may have ended before."""
    if Hold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=by):
        log.info("Hold %d: ended by %d.", hold.pk, by.pk)


def is_kept() -> Q:
    """What of conversations a hold keeps at this moment."""
    standing = Hold.objects.standing()
    held = Held.objects.filter(hold__in=standing).values("conversation_id")
    return Q(owner_id__in=whole().values("person_id")) | Q(pk__in=held)


def whole() -> QuerySet[Hold]:
    """Return the holds that stand on all of a person."""
    return Hold.objects.standing().filter(reach=Reach.PERSON)


def kept_by_holds(found: Collection[Conversation]) -> set[int]:
    """Return the keys of those of `found` that a hold keeps; they and their owners are locked."""
    keys = [one.pk for one in found]
    return set(Conversation.objects.filter(is_kept(), pk__in=keys).values_list("pk", flat=True))


def keeps_file(attachment: Attachment) -> bool:
    """Tell whether a hold keeps the bytes of `attachment`: of its owner, or of what carries it."""
    if whole().filter(person=attachment.owner_id).exists():
        return True
    return Conversation.objects.filter(is_kept(), messages__attachments=attachment).exists()


def keeps_account(person: User) -> bool:
    """Tell whether a hold forbids to delete the account of `person`: on them, or on something of theirs."""
    if whole().filter(person=person).exists():
        return True
    return Conversation.objects.filter(is_kept(), owner=person).exists()


def holds_on(conversation: Conversation) -> list[Hold]:
    """Return the holds that keep `conversation` now, the newest first."""
    reached = Q(reach=Reach.PERSON, person=conversation.owner_id) | Q(held__conversation=conversation)
    return list(Hold.objects.standing().filter(reached).select_related("placed_by").distinct())


def forget(person: User) -> None:
    """Leave no word about `person` in holds that have ended: none stands on who is deleted."""
    named = Hold.objects.exclude(query="").only("query")
    about = [hold.pk for hold in named if person.username in parse_qs(hold.query).get("person", ())]
    ended = Hold.objects.exclude(pk__in=Hold.objects.standing().values("pk"))
    words = {"reason": "…", "query": "", "filter_name": ""}
    ended.filter(Q(person=person) | Q(pk__in=about)).update(**words)
