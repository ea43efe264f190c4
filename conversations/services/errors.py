"""What the house will not do, in words for the person."""


class Refusal(Exception):
    """The house says no; `str()` is the sentence that the person reads."""

    status = 422

    def __init__(self, sentence: str, *, retry_after_s: int = 0) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class TooMany(Refusal):
    """Too often, or too much at once."""

    status = 429


class Conflict(Refusal):
    """What the page showed is not what is there any more."""

    status = 409


class Unavailable(Refusal):
    """Not now: the site is starting, ending or full."""

    status = 503
