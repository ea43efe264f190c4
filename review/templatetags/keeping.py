"""What the console shows of holds beside a conversation."""

from django import template

from conversations.models import Conversation
from review.keeping import holds
from review.models import Hold

register = template.Library()


@register.filter
def holds_on(conversation: Conversation) -> list[Hold]:
    """The holds that keep `conversation` now, the newest first."""
    return holds.holds_on(conversation)
