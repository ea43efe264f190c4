"""What a person is told of judgements: those on what they wrote, and those that they gave themselves."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import QuerySet

from accounts.models import User
from review.models import Note, Placement, Sticker, Verdict

READ_AT_ONCE = 500


def judgements_of(owner: User) -> Iterator[dict[str, object]]:
    """Yield each verdict on and note about what `owner` wrote, without who it was: that is about another."""
    yield from told_verdicts(Verdict.objects.filter(conversation__owner=owner))
    yield from told_notes(Note.objects.filter(conversation__owner=owner), with_quote=True)


def judgements_by(reviewer: User) -> Iterator[dict[str, object]]:
    """Yield each verdict and note that `reviewer` gave, without the words of others that a note quotes."""
    yield from told_verdicts(Verdict.objects.filter(reviewer=reviewer))
    yield from told_notes(Note.objects.filter(author=reviewer), with_quote=False)


def told_verdicts(rows: QuerySet[Verdict]) -> Iterator[dict[str, object]]:
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").select_related("conversation")[:READ_AT_ONCE]):
        labels: dict[int, list[str]] = defaultdict(list)
        for pk, name in Sticker.objects.filter(verdict__in=page).values_list("verdict", "label__name"):
            labels[pk].append(name)
        steps: dict[int, dict[str, str]] = defaultdict(dict)
        placements = Placement.objects.filter(verdict__in=page).order_by("pk")
        for pk, score, step in placements.values_list("verdict", "score__name", "step__name"):
            steps[pk][score] = step
        for verdict in page:
            last = verdict.pk
            yield {
                "conversation": verdict.conversation.public_id,
                "state": verdict.state,
                "settles": verdict.settles,
                "labels": sorted(labels[verdict.pk]),
                "scores": steps[verdict.pk],
                "at": verdict.updated_at,
            }


def told_notes(rows: QuerySet[Note], *, with_quote: bool) -> Iterator[dict[str, object]]:
    last, related = 0, ("conversation", "message")
    while page := list(rows.filter(pk__gt=last).order_by("pk").select_related(*related)[:READ_AT_ONCE]):
        for note in page:
            last = note.pk
            yield {
                "conversation": note.conversation.public_id,
                "message": note.message.public_id if note.message else None,
                **({"quote": note.quote} if with_quote else {}),
                "note": note.text,
                "at": note.created_at,
            }
