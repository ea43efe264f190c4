"""What a person types into the search field, understood. Pure: any text is a Query or a Refusal."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from conversations.services.errors import Refusal

LONGEST = 500
MOST_TERMS = 20
KEYS = ("model", "in", "is", "has", "before", "after")
FLAGS = {"is": ("pinned", "archived"), "has": ("file",)}
# An operator, a minus, and then what stands in quotes (they may be left open) or up to the next space.
PART = re.compile(
    rf'(?P<minus>-?)(?:(?P<key>{"|".join(KEYS)}):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))', re.IGNORECASE
)
SIGNS = re.compile(r"[!-/:-@\[-`{-~]+")
DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")
# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters.
SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand together; with `begins`, the last of them may go on."""

    text: str
    begins: bool = False
    quoted: bool = False

    @property
    def is_spaceless(self) -> bool:
        """Whether it is found inside of longer runs of letters, which no index of words knows."""
        return bool(SPACELESS.search(self.text))


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: all `wanted` words, none of the `unwanted`, where the rest holds."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    models: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    pinned: bool | None = None
    archived: bool | None = None
    file: bool | None = None
    before: date | None = None
    after: date | None = None

    @property
    def has_words(self) -> bool:
        return bool(self.wanted)

    @property
    def is_empty(self) -> bool:
        return self == Query()

    def widened(self) -> "Query":
        """Return this query with words that may go on: "otter" finds otters too."""
        wanted = tuple(
            term if term.quoted or len(term.text) < 3 else Term(term.text, begins=True)
            for term in self.wanted
        )
        return replace(self, wanted=wanted)

    def apart(self) -> "Query":
        """Return this query with each word by itself, wherever it stands: all that fits this fits that."""
        wanted = tuple(
            Term(word, begins=term.begins and word is words[-1])
            for term in self.wanted
            for words in [SIGNS.sub(" ", term.text).split()]
            for word in words
        )
        unwanted = tuple(term for term in self.unwanted if len(SIGNS.sub(" ", term.text).split()) == 1)
        return replace(self, wanted=wanted, unwanted=unwanted)


@dataclass(slots=True)
class Reading:
    """A query as far as it has been read."""

    wanted: list[Term] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    flags: dict[str, bool] = field(default_factory=dict)
    before: date | None = None
    after: date | None = None


def parse_query(text: str) -> Query:
    """Return what `text` looks for; raise Refusal, with a sentence, where it cannot be understood."""
    text = text.replace("\0", " ").encode("utf-8", "ignore").decode().strip()
    if len(text) > LONGEST:
        raise Refusal(
            _("A search can have %(most)s characters; this one has %(count)s.")
            % {"most": LONGEST, "count": intcomma(len(text))}
        )
    reading = Reading()
    for part in PART.finditer(text):
        read(reading, part)
    if len(reading.wanted) + len(reading.unwanted) > MOST_TERMS:
        raise Refusal(
            _("A search can have %(most)s words. Put those that stand together into quotes.")
            % {"most": MOST_TERMS}
        )
    query = Query(
        wanted=tuple(reading.wanted),
        unwanted=tuple(reading.unwanted),
        models=tuple(reading.models),
        folders=tuple(reading.folders),
        pinned=reading.flags.get("pinned"),
        archived=reading.flags.get("archived"),
        file=reading.flags.get("file"),
        before=reading.before,
        after=reading.after,
    )
    if query.unwanted and not query.wanted:
        raise Refusal(_("Add a word to look for: so far it is only said what is not wanted."))
    return query


def read(reading: Reading, part: re.Match[str]) -> None:
    key, minus = (part["key"] or "").lower(), bool(part["minus"])
    quoted, value = part["quoted"] is not None, (part["quoted"] or part["bare"] or "").strip()
    if not key:
        if not quoted and value.lower().rstrip(":") in KEYS and value.endswith(":"):
            return  # an operator that is still being typed
        read_words(reading, value, quoted=quoted, unwanted=minus)
    elif minus and key not in FLAGS:
        raise Refusal(
            _("A minus does not work before “%(key)s:”, only before words, phrases, “is:” and “has:”.")
            % {"key": key}
        )
    elif key in ("before", "after"):
        setattr(reading, key, read_day(key, value))
    elif key in FLAGS:
        if value.lower() not in FLAGS[key]:
            there = _(" and ").join(f"{key}:{flag}" for flag in FLAGS[key])
            raise Refusal(
                _("“%(key)s:%(value)s” is not known. There is %(there)s.")
                % {"key": key, "value": value, "there": there}
            )
        reading.flags[value.lower()] = not minus
    else:
        (reading.models if key == "model" else reading.folders).append(value)


def read_words(reading: Reading, value: str, *, quoted: bool, unwanted: bool) -> None:
    if not any(letter.isalnum() for letter in value):
        return
    term = Term(value.rstrip("*"), begins=value.endswith("*") and not quoted, quoted=quoted)
    (reading.unwanted if unwanted else reading.wanted).append(term)


def read_day(key: str, value: str) -> date:
    """Return the first day of the year, the month or the day that `value` names."""
    found = DAY.fullmatch(value)
    try:
        if found is None or not 1900 <= int(found[1]) <= 9000:
            raise ValueError
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        today = date.today() - timedelta(days=7)  # noqa: DTZ011 - an example
        raise Refusal(
            _("“%(key)s:%(value)s” is not a date. Write it as %(key)s:%(example)s.")
            % {"key": key, "value": value, "example": today.isoformat()}
        ) from None
