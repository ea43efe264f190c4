"""What pages of the chat show of the review."""

from django import template

from accounts.models import User
from review.modes import news

register = template.Library()


@register.filter
def has_news_of_reading(user: User) -> bool:
    """Whether `user` is read in another mode than they know of."""
    return news.is_there(user)
