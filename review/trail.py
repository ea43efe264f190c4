"""The read trail: what a reader was shown is on record before it is shown."""

from collections.abc import Collection

from accounts.models import User
from conversations.models import Conversation

from .models import Action, ReadEvent

REASON_LENGTH = 500
MOST_AT_ONCE = 1_000


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
    """
    first = next(iter(conversations))
    return ReadEvent.objects.create(
        reader=reader,
        reader_name=reader.username,
        conversation_id=first.public_id,
        owner_name=first.owner.username,
        action=action,
        reason=reason.replace("\0", "").strip()[:REASON_LENGTH],
        address=address,
    )
