"""Which user names count as the same name, and which could pass for another.

Two names are one when they agree after compatibility normalisation and case folding (UTR 36, 2.11.2).
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Alphabets whose letters look alike: a name keeps to one of them.
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"}


def normal_form(username: str) -> str:
    """Return the name as it is stored: full-width and other compatibility forms become plain letters."""
    return unicodedata.normalize("NFKC", username)


def look_alike_key(username: str) -> str:
    """Return what all spellings of one name share; unique among the people of the site."""
    return normal_form(normal_form(username).casefold())


def check_alphabets(username: str) -> None:
    """Raise ValidationError when letters of look-alike alphabets stand side by side."""
    alphabets = {unicodedata.name(letter, "").split(" ")[0] for letter in username if letter.isalpha()}
    if len(alphabets & ALPHABETS) > 1:
        raise ValidationError(_("Use letters of one alphabet only."), code="mixed_alphabets")


def check_not_an_address(username: str) -> None:
    """Raise ValidationError for a name with an @: it could be somebody’s e-mail address."""
    if "@" in username:
        raise ValidationError(_("A username cannot contain @."), code="address")
