"""What tests of the ways in do with mail."""

import re

from django.core import mail


def link_in(letter: mail.EmailMessage) -> str:
    """The path of the one link in a letter."""
    return str(re.findall(r"https?://[^/\s]+(/\S+)", str(letter.body))[0])


def letters_to(address: str) -> list[mail.EmailMessage]:
    return [letter for letter in mail.outbox if letter.to == [address]]
