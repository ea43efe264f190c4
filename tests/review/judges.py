"""Those who judge, and by what."""

from typing import Any

from django.contrib.auth.models import Permission

from accounts.models import User
from accounts.roles import Role, give_roles
from review.judging.definitions import fill_steps
from review.judging.verdicts import Opinion
from review.models import Label, Score
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


def opinion(state: str, *labels: Label) -> Opinion:
    return Opinion(state, labels)
