"""How the outside can fail us.

LLMError
├── OperatorError          nobody who reads can mend it
│   ├── KeyRefused         key           401
│   ├── OutOfFunds         funds         402, 403 and 429 that speak of money
│   ├── NotAllowed         not_allowed   403: verification, scope, country
│   ├── ModelGone          model_gone    404: withdrawn, unserved, or a wrong address
│   └── Rejected           rejected      400, 422: our body is wrong
│       └── SystemMisplaced              the system prompt belongs elsewhere in the body
├── AskDifferently         the same question will fail again
│   ├── TooLong            too_long      the conversation is over the model's window
│   ├── TooLarge           too_large     413
│   ├── CutShort           cut_short     thinking used the whole output
│   └── Declined           refused       a filter or the model declined
├── AskAgain               the client asks again by itself while nothing was shown
│   ├── Busy               busy          429, 503, 529
│   ├── UpstreamFailed     upstream      500, 502, other 5xx, an error inside a 200
│   └── Unreachable        unreachable   no connection, DNS, TLS
└── AskByHand              a repeat may be paid twice, so a person decides
    ├── UpstreamTimeout    timeout       408, 504, 524; the limit of the whole answer
    ├── NoAnswer           no_answer     nothing visible came: limit of the first text, empty stream
    ├── Silent             silent        words came, then none for the limit of silence
    ├── BrokenOff          broken_off    the stream ended without a finish reason
    ├── TooMuch            too_much      a limit on line or characters was reached
    └── BadAnswer          bad_answer    not the protocol: HTML, a redirect, compressed, garbage

The text of an error is for our logs: ids and numbers, never a body and never the key.
"""

from typing import ClassVar


class LLMError(Exception):
    """Any failure of the outside; `problem` is the word to store, the attributes are safe to log."""

    problem: ClassVar[str] = "upstream"
    repeats: ClassVar[int] = 0  # how often the client may ask again by itself
    operator: bool = False

    def __init__(
        self,
        detail: str = "",
        *,
        http_status: int | None = None,
        request_id: str = "",
        retry_after: float | None = None,
        had_text: bool = False,
        retryable: bool | None = None,
    ) -> None:
        self.detail = detail
        self.http_status = http_status
        self.request_id = request_id
        self.retry_after = retry_after
        self.had_text = had_text
        self.retryable = (self.repeats > 0 if retryable is None else retryable) and not had_text
        super().__init__(detail)

    def __str__(self) -> str:
        facts = {
            "status": self.http_status,
            "request": self.request_id or None,
            "retry_after": self.retry_after,
            "had_text": self.had_text or None,
        }
        told = [f"{name}={value}" for name, value in facts.items() if value is not None]
        return " ".join([self.problem, *([f"({self.detail})"] if self.detail else []), *told])


class OperatorError(LLMError):
    operator = True


class KeyRefused(OperatorError):
    problem = "key"


class OutOfFunds(OperatorError):
    problem = "funds"


class NotAllowed(OperatorError):
    problem = "not_allowed"


class ModelGone(OperatorError):
    problem = "model_gone"


class Rejected(OperatorError):
    problem = "rejected"


class SystemMisplaced(Rejected):
    pass


class AskDifferently(LLMError):
    pass


class TooLong(AskDifferently):
    problem = "too_long"


class TooLarge(AskDifferently):
    problem = "too_large"


class CutShort(AskDifferently):
    problem = "cut_short"


class Declined(AskDifferently):
    problem = "refused"


class AskAgain(LLMError):
    repeats = 2


class Busy(AskAgain):
    problem = "busy"


class UpstreamFailed(AskAgain):
    problem = "upstream"


class UpstreamFailedOddly(UpstreamFailed):
    """A 5xx that nobody has described: one more try, not two."""

    repeats = 1


class ConnectionDropped(UpstreamFailed):
    """The connection broke before any byte of the answer, as a kept-alive one does: one try, at once."""

    repeats = 1


class Unreachable(AskAgain):
    problem = "unreachable"


class AskByHand(LLMError):
    pass


class UpstreamTimeout(AskByHand):
    problem = "timeout"


class NoAnswer(AskByHand):
    problem = "no_answer"


class Silent(AskByHand):
    problem = "silent"


class BrokenOff(AskByHand):
    problem = "broken_off"


class TooMuch(AskByHand):
    problem = "too_much"


class BadAnswer(AskByHand):
    problem = "bad_answer"
