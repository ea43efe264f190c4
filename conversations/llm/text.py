"""What may leave the client as text: no lone surrogate, no NUL; a database refuses both."""

REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    """Return `text` without NUL, with surrogate pairs joined and lone surrogates replaced."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_word(value: object, length: int = 200) -> str:
    """Return a short foreign string made safe to store, or "" for anything that is not a string."""
    return clean(value[: length * 2])[:length].strip() if isinstance(value, str) else ""


class TextJoiner:
    """Clean a text that arrives in pieces; an emoji whose surrogates come in two pieces stays whole."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> str:
        """Return what of the text is certain with `piece`; a high surrogate at its end is held back."""
        if piece.isascii() and not self._held:
            return piece.replace("\0", "") if "\0" in piece else piece
        piece = self._held + piece.replace("\0", "")
        self._held = ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            self._held = piece[-1]
            piece = piece[:-1]
        return clean(piece)

    def rest(self) -> str:
        """Return what was held back and will not be completed."""
        held, self._held = self._held, ""
        return REPLACEMENT if held else ""
