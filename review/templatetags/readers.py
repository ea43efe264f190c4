"""What pages of the chat show of the review."""

from django import template

from accounts.models import User
from conversations.models import Reply
from conversations.services.replies import first_unread
from review.modes import news

register = template.Library()


@register.filter
def has_news_of_reading(user: User) -> bool:
    """Whether `user` is read in another mode than they know of."""
    return news.is_there(user)


@register.simple_tag
def reply_to_read(user: User) -> Reply | None:
    """Return what a reviewer wrote to `user` and they have not read, the oldest first."""
    return first_unread(user)
