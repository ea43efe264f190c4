"""What a posted form says of a conversation."""

from uuid import UUID

from django.http import QueryDict

from review.models import Label, State, Step

from .verdicts import Opinion

MOST = 200


def opinion_in(data: QueryDict) -> Opinion:
    """Return what `data` says: what it names that is not there is left out."""
    labels = [uuid for text in data.getlist("label")[:MOST] if (uuid := uuid_of(text))]
    keys = [str(key) for name, key in data.items() if name.startswith("score-")][:MOST]
    known = [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]
    steps = Step.objects.filter(pk__in=known)
    one_a_score = {step.score_id: step for step in steps}
    return Opinion(
        state=data.get("state", State.UNREVIEWED),
        labels=list(Label.objects.filter(public_id__in=labels)),
        steps=list(one_a_score.values()),
    )


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
