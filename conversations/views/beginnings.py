"""Settings of a conversation that has not begun: kept in the session, a few at a time, until it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.http import Request
from conversations.services.errors import Refusal

SESSION_KEY = "beginnings"
AT_MOST = 5  # in as many tabs; who has more open goes on with the newest


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a person chose for a new conversation; `token` is what forms and addresses call it."""

    token: str
    system_prompt: str
    parameters: Mapping[str, object]


def keep_beginning(request: Request, *, system_prompt: str, parameters: Mapping[str, object]) -> Beginning:
    beginning = Beginning(str(uuid4()), system_prompt, parameters)
    kept = {**request.session.get(SESSION_KEY, {}), beginning.token: [system_prompt, dict(parameters)]}
    request.session[SESSION_KEY] = dict(list(kept.items())[-AT_MOST:])
    return beginning


def find_beginning(request: Request, token: str) -> Beginning | None:
    """Return the settings kept as `token`, None when none are named; raise Refusal if they are gone."""
    if not token:
        return None
    kept = request.session.get(SESSION_KEY, {}).get(token)
    if kept is None:
        raise Refusal(_("The settings that were chosen are not there any more. Please choose them again."))
    system_prompt, parameters = cast(tuple[str, Mapping[str, object]], kept)
    return Beginning(token, system_prompt, parameters)
