"""From what is asked for to the conversations that it describes: conditions on one query.

What few rows have (a thumb, a problem, a file) is looked for from their side, by keys: the database chooses
whether to begin with them or with the newest conversations.
"""

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from conversations.models import Attachment, Conversation, Feedback, Generation, Message, Purpose, Share
from conversations.models.spending import to_units
from conversations.services.search.finding import models_named
from review.models import State, Sticker, Verdict

from .asked import ANY, YES, Asked

Conversations = QuerySet[Conversation]


def narrow(scope: Conversations, asked: Asked) -> Conversations:
    """Return those of `scope` that fit all that is `asked` but the words."""
    found = by_owner_and_day(scope, asked)
    found = by_what_was_thought(found, asked)
    found = by_how_it_went(found, asked)
    found = by_size(found, asked)
    found = by_kind(found, asked)
    found = by_verdict(found, asked)
    return by_operators(found, asked)


def by_owner_and_day(found: Conversations, asked: Asked) -> Conversations:
    values = asked.values
    if person := values.get("person"):
        found = found.filter(owner=person)
    if group := values.get("group"):
        found = found.filter(owner__in=group.user_set.values("pk"))
    if model := values.get("model"):
        found = found.filter(model=model)
    if since := values.get("since"):
        found = found.filter(updated_at__gte=start_of(since))
    if until := values.get("until"):
        found = found.filter(updated_at__lt=start_of(until + timedelta(days=1)))
    return found


def by_what_was_thought(found: Conversations, asked: Asked) -> Conversations:
    thumb, reason = asked.values.get("thumb"), asked.values.get("reason")
    if not thumb and not reason:
        return found
    feedback = Feedback.objects.order_by()
    if thumb and thumb != ANY:
        feedback = feedback.filter(thumb=thumb)
    if reason:
        feedback = feedback.annotate(said=Cast("reasons", TextField())).filter(said__contains=f'"{reason}"')
    return found.filter(pk__in=feedback.values("message__conversation"))


def by_how_it_went(found: Conversations, asked: Asked) -> Conversations:
    status, problem = asked.values.get("status"), asked.values.get("problem")
    calls = Generation.objects.filter(purpose=Purpose.ANSWER).order_by()
    if problem:
        calls = calls.exclude(problem="") if problem == ANY else calls.filter(problem=problem)
    if status:
        calls = calls.filter(status=status)
    return found.filter(pk__in=calls.values("conversation")) if status or problem else found


def by_size(found: Conversations, asked: Asked) -> Conversations:
    values = asked.values
    bounds = {
        "extent__cost__gte": values.get("cost_from"),
        "extent__cost__lte": values.get("cost_to"),
        "extent__messages__gte": values.get("length_from"),
        "extent__messages__lte": values.get("length_to"),
    }
    wanted = {
        name: to_units(value) if "cost" in name else value
        for name, value in bounds.items()
        if value is not None
    }
    return found.filter(**wanted) if wanted else found


def by_kind(found: Conversations, asked: Asked) -> Conversations:
    kinds = {
        "file": Attachment.messages.through.objects.order_by().values("message__conversation"),
        "shared": Share.objects.living().order_by().values("conversation"),
        "deleted": Message.objects.filter(deleted_at__isnull=False).order_by().values("conversation"),
    }
    for name, rows in kinds.items():
        if wanted := asked.values.get(name):
            among = Q(pk__in=rows)
            found = found.filter(among if wanted == YES else ~among)
    if wanted := asked.values.get("temporary"):
        found = found.filter(temporary=wanted == YES)
    return found


def by_verdict(found: Conversations, asked: Asked) -> Conversations:
    """Narrow to what somebody put a label on, to how it stands, and to what the reader judged or not."""
    values = asked.values
    if label := values.get("label"):
        labelled = Sticker.objects.filter(label=label).order_by()
        found = found.filter(pk__in=labelled.values("verdict__conversation"))
    if state := values.get("state"):
        found = found.filter(stands(state))
    if wanted := values.get("mine"):
        if asked.reader is None:
            return found.none()
        theirs = Exists(Verdict.objects.of(asked.reader).given().filter(conversation=OuterRef("pk")))
        found = found.filter(theirs if wanted == YES else ~theirs)
    return found


def stands(state: str) -> Q:
    """How a conversation stands: as it was settled, else in need of attention if anybody says so.

    Most may be reviewed or not, so each is asked by itself; those that need attention are few.
    """
    here = Verdict.objects.given().filter(conversation=OuterRef("pk"))
    if state == State.UNREVIEWED:
        return Q(~Exists(here))
    settled = Verdict.objects.filter(settles=True, conversation=OuterRef("conversation"))
    worrying = Verdict.objects.filter(state=State.ATTENTION).filter(Q(settles=True) | ~Exists(settled))
    if state == State.ATTENTION:
        return Q(pk__in=worrying.order_by().values("conversation"))
    return Q(Exists(here)) & ~Q(Exists(worrying.filter(conversation=OuterRef("pk"))))


def by_operators(found: Conversations, asked: Asked) -> Conversations:
    """Do what stands among the words as it does in the search of the chat, as is:pinned."""
    query = asked.words
    for flag in ("pinned", "archived"):
        if (wanted := getattr(query, flag)) is not None:
            found = found.filter(**{flag: wanted})
    if query.file is not None:
        carried = Q(pk__in=Attachment.messages.through.objects.order_by().values("message__conversation"))
        found = found.filter(carried if query.file else ~carried)
    if query.folders:
        named = Q()
        for folder in query.folders:
            named |= Q(folder__iexact=folder)
        found = found.filter(named)
    if query.models:
        found = found.filter(model__in=models_named(query.models))
    if not query.has_words:  # else it is the day of the message
        if query.after:
            found = found.filter(updated_at__gte=start_of(query.after))
        if query.before:
            found = found.filter(updated_at__lt=start_of(query.before))
    return found


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
