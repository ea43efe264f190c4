"""What an administrator defines: labels, and scores with their steps."""

from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from review.models import Label, Score, Step
from review.models.judging import Scale


def offered_labels(*, kept: Collection[int] = ()) -> list[Label]:
    """Return the labels that may be chosen, and those of `kept` by their keys, in one query."""
    return list(Label.objects.filter(Q(archived=False) | Q(pk__in=kept)))


def offered_scores(*, kept: Collection[int] = ()) -> list[Score]:
    """Return the scores that may be given, and those of `kept`, each with its steps; in two queries."""
    return list(Score.objects.filter(Q(archived=False) | Q(pk__in=kept)).prefetch_related("steps"))


def fill_steps(score: Score) -> None:
    """Give a `score` without steps those that its scale has by itself: 1 to 5, or yes and no."""
    if score.steps.exists():
        return
    names = {Scale.FIVE: [str(number) for number in range(1, 6)], Scale.YES_NO: [_("Yes"), _("No")]}
    for position, name in enumerate(names.get(Scale(score.scale), []), start=1):
        Step.objects.create(score=score, position=position, name=name)
