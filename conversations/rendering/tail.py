"""What is shown of the open text, cheaply: most views only append a few words to what stands there."""

import re

from .clean import clean_text

# Text that cannot be markup wherever it comes in a line that has begun. A full stop with a space after it
# ends a sentence; without one it may stand in a link.
_WORDS = re.compile(r"(?:[^\W_]|[ ,'\"?%…–—-]|\.(?= ))+")
_CLOSING = {
    f"</{name}>"
    for name in ("p", "ul", "ol", "li", "blockquote", "h3", "h4", "h5", "h6", "td", "tr", "tbody")
}
_CLOSING_TOGETHER = ("</code></pre></figure>", "</table></div>")
_INLINE = {"</em>", "</strong>", "</del>", "</code>", "</a>", "</span>"}
# A last line that is nothing but marks yet: it may become a list, a heading, a rule, a fence or plain text.
_ONLY_MARKS = re.compile(r"[ \t>]*(?:[-=*+_#`~|:$\[\]!][-=*+_#`~|:$\[\]! \t]*|\d{1,9}[.)]?[ \t]*)?\Z")
LARGE = 1_200  # characters of open text from which on it is not read at every view
_GROWTH = 12
_WINDOW = 4096


def settled_line(text: str) -> str:
    """Return `text` without a last line that is only marks: shown too early it would jump between forms."""
    start = text.rfind("\n") + 1
    return text[:start] if _ONLY_MARKS.match(text, start) else text


class Run:
    """Text between two constants, only ever appended to."""

    def __init__(self, before: str, after: str) -> None:
        self.kept = 0
        self._body, self._after = before, after

    def add(self, text: str) -> None:
        """Append `text`."""
        self.kept = len(self._body)
        self._body += clean_text(text)

    @property
    def html(self) -> str:
        return self._body + self._after


class Tail:
    """The HTML of the open text, and how far it goes."""

    def __init__(self) -> None:
        self.html = ""
        self.kept = 0  # characters of it that the last change left alone
        self._shown = 0  # characters of the open text that are in it
        self._read = 0  # characters of the open text that were read as Markdown

    def set(self, html: str, text: str, shown: str, kept: int = 0) -> None:
        """Show `html` for `shown`, what of `text` was read; `kept` of its characters stood there before."""
        self.html, self.kept = html, kept
        self._read = len(text)
        self._shown = len(shown.rstrip())

    def append(self, text: str) -> bool:
        """Add what is new in the open `text` as plain words; return whether that is good enough for now."""
        if not self.html or text[self._shown - 1 : self._shown] in ("", "|"):  # a new line or another cell
            return False
        new = text[self._shown :]
        end = self._end_of_words(new) if _WORDS.fullmatch(new) else -1
        if end < 0:
            if len(text) <= LARGE or len(text) - self._read > len(text) // _GROWTH:
                return False
            end = self._end_of_text()
        self.html = f"{self.html[:end]}{clean_text(new)}{self.html[end:]}"
        self._shown, self.kept = len(text), end
        return True

    def _end_of_words(self, words: str) -> int:
        """The place before the closing tags, unless `words` could still belong to a bare link there."""
        end = place_for_text(self.html)
        start = self.html.rfind(">", 0, end) + 1
        after_link = self.html[max(0, start - 7) : start].endswith(("</a>", "</span>"))
        return -1 if after_link and " " not in self.html[start:end] + words[:1] else end

    def _end_of_text(self) -> int:
        end = place_for_text(self.html)
        if end < 0:
            self.html += '<p dir="auto"></p>'
            end = len(self.html) - len("</p>")
        return end


def place_for_text(html: str) -> int:
    """Return where text can be added, before the tags that close the last block; -1 if nowhere."""
    end, tag = len(html), ""
    for together in _CLOSING_TOGETHER:
        end -= len(together) * html.endswith(together)
    while True:
        start = html.rfind("<", 0, end)
        tag = html[start:end].rstrip("\n")
        if tag not in _CLOSING and not (tag.startswith("<td") and tag.endswith(">")):
            break
        end = start
    if end == len(html):
        return -1
    end -= html[end - 1] == "\n"
    return end if not tag.endswith(">") or tag in _INLINE else -1


def common_prefix(one: str, other: str, known: int = 0) -> int:
    """Return how many leading characters two strings share, of which `known` need no comparing."""
    start, end = known, min(len(one), len(other))
    while start < end and one[start : start + _WINDOW] == other[start : start + _WINDOW]:
        start += _WINDOW
    low, high = min(start, end), min(start + _WINDOW, end)
    while low < high:
        middle = (low + high + 1) // 2
        if one[start:middle] == other[start:middle]:
            low = middle
        else:
            high = middle - 1
    return low
