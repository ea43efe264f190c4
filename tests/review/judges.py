"""Those who judge, and by what."""

from typing import Any

from django.contrib.auth.models import Permission

from accounts.models import User
from accounts.roles import Role, give_roles
from conversations.models import Conversation
from review.judging.definitions import fill_steps
from review.judging.verdicts import Opinion, give_verdict, settle
from review.models import Label, Score, Verdict
from review.models.judging import Scale
from tests.factories import make_user


def make_reviewer(name: str, *, settles: bool = False) -> User:
    """Somebody who may read, made when nobody has the name; with the right to settle, if wanted."""
    person = User.objects.filter(username=name).first() or make_user(name)
    give_roles(person, {Role.REVIEWER})
    if settles:
        person.user_permissions.add(Permission.objects.get(codename="settle_verdicts"))
    return person


def make_label(name: str, **fields: Any) -> Label:
    return Label.objects.create(name=name, **fields)


def make_score(name: str, scale: Scale) -> Score:
    score = Score.objects.create(name=name, scale=scale)
    fill_steps(score)
    return score


def settled(talk: Conversation, person: User, opinion: Opinion, **seen: Any) -> Verdict:
    """What counts for `talk`, by `person`, who thought the same before they saw what others did."""
    give_verdict(talk, reviewer=person, opinion=opinion)
    return settle(talk, reviewer=person, opinion=opinion, **seen)


def opinion(state: str, *labels: Label) -> Opinion:
    return Opinion(state, labels)
