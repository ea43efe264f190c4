"""Where in a text the words of a query stand, and what to show around them. Pure: pieces of text come out."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from .query import Query, Term

AROUND = 70  # characters before the first word that was found
LENGTH = 220
# Of a very long answer the rest is searched by the database, and not looked at again for the excerpt.
LOOKED_AT = 60_000
MARK = "\u0301"  # stands for whatever accent was written apart from its letter
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text; `found` when it is what was looked for."""

    text: str
    found: bool = False


class Folding(dict[int, str]):
    """Each character as it is compared: without accent and case, and still one character."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if unicodedata.combining(letter):
            folded = MARK
        else:
            plain = unicodedata.normalize("NFKD", letter)[0].lower()
            folded = plain if len(plain) == 1 else letter
        self[code] = folded
        return folded


FOLDING = Folding()


def fold(text: str) -> str:
    """Return `text` without accents and case, of the same length, so that places stay what they are."""
    return text.lower() if text.isascii() else text.translate(FOLDING)


def pattern_of(terms: Iterable[Term]) -> re.Pattern[str] | None:
    """Return what finds any of `terms` in a folded text, or None for no terms."""
    patterns = [pattern for term in terms if (pattern := of_term(term))]
    return re.compile("|".join(patterns)) if patterns else None


def of_term(term: Term) -> str:
    """Return what finds `term` in a folded text as a pattern, or nothing when it has no word."""
    words = re.findall(r"[^\W_]+", fold(unicodedata.normalize("NFC", term.text)).replace(MARK, ""))
    if not words:
        return ""
    between = r"[\W_]+"
    phrase = between.join(f"{MARK}*".join(map(re.escape, word)) for word in words) + f"{MARK}*"
    if term.is_spaceless:
        return phrase
    return rf"(?<![^\W_]){phrase}" + (r"[^\W_]*" if term.begins else r"(?![^\W_])")


def excerpt(text: str, query: Query, *, length: int = LENGTH) -> list[Piece]:
    """Return about `length` characters of `text` around the first word of `query`, the words marked."""
    pattern = pattern_of(query.wanted)
    looked_at = text[:LOOKED_AT]
    first = pattern.search(fold(looked_at)) if pattern else None
    start = max(0, first.start() - AROUND) if first else 0
    if start:
        # Begin with a whole word, where one begins near.
        space = text.find(" ", start, first.start() if first else start)
        start = space + 1 if space >= 0 else start
    shown = SPACES.sub(" ", text[start : start + length]).strip()
    pieces = marked(shown, pattern)
    before = [Piece("… ")] if start else []
    after = [Piece(" …")] if start + length < len(text) else []
    return [*before, *pieces, *after]


def marked(text: str, pattern: re.Pattern[str] | None) -> list[Piece]:
    """Return all of `text`, what `pattern` finds in it as pieces of their own."""
    pieces, end = [], 0
    for found in pattern.finditer(fold(text)) if pattern else ():
        if found.start() > end:
            pieces.append(Piece(text[end : found.start()]))
        pieces.append(Piece(text[found.start() : found.end()], found=True))
        end = found.end()
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return pieces
