"""What a file is called: the uploader's name, made harmless. It is only shown; nothing is stored under it."""

import unicodedata

from conversations.models.attachment import NAME_LENGTH

LONGEST_EXTENSION = 12


def clean_name(name: str, *, otherwise: str = "file") -> str:
    """Return the last part of the path `name` on one line of at most 120 characters, or `otherwise`.

    Without control characters, without what turns the direction of a line, and without lone surrogates.
    """
    name = name.encode("utf-8", "ignore").decode().replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = unicodedata.normalize("NFC", name)
    shown = ("" if unicodedata.category(letter).startswith("C") else letter for letter in name)
    name = " ".join("".join(shown).split())
    if not name.strip(". "):
        return otherwise
    return shortened(name)


def shortened(name: str) -> str:
    """Return `name` at its full length allowed, its ending kept."""
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > LONGEST_EXTENSION:
        return name[: NAME_LENGTH - 1].rstrip() + "…"
    return stem[: NAME_LENGTH - len(ending) - 2].rstrip() + "…." + ending


def ending_of(name: str) -> str:
    """Return what stands behind the last dot of `name` when it can name a language: "py", or nothing."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return ending if ending.isascii() and ending.isalnum() and len(ending) <= LONGEST_EXTENSION else ""
