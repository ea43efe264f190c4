"""What an error body means: from a status, a body in one of six shapes and two headers to one LLMError.

Bodies may quote a person's own words or a vendor's inner addresses: they are read here and go no further.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .errors import (
    BadAnswer,
    Busy,
    CutShort,
    Declined,
    KeyRefused,
    LLMError,
    ModelGone,
    NotAllowed,
    OutOfFunds,
    Rejected,
    SystemMisplaced,
    TooLarge,
    TooLong,
    UpstreamFailed,
    UpstreamFailedOddly,
    UpstreamTimeout,
)

Payload = Mapping[str, object]

LONGEST_WAIT_TOLD_S = 24 * 3600  # a Retry-After beyond a day is a mistake, and is ignored

BY_STATUS: dict[int, type[LLMError]] = {
    400: Rejected, 401: KeyRefused, 402: OutOfFunds, 403: NotAllowed, 404: ModelGone, 408: UpstreamTimeout,
    413: TooLarge, 422: Rejected, 429: Busy, 500: UpstreamFailed, 502: UpstreamFailed, 503: Busy,
    504: UpstreamTimeout, 524: UpstreamTimeout, 529: Busy,
}  # fmt: skip

# Words for `type` and `code` that stand for a status where none is told: an error inside a 200.
STATUS_BY_WORD = {
    "authentication_error": 401, "invalid_api_key": 401, "billing_error": 402, "permission_error": 403,
    "not_found_error": 404, "model_not_found": 404, "timeout_error": 504, "request_too_large": 413,
    "rate_limit_error": 429, "rate_limit_exceeded": 429, "invalid_request_error": 400,
    "overloaded_error": 529, "provider_overloaded": 503,
}  # fmt: skip

FUNDS_WORDS = {"err_insufficent_credits", "err_insufficient_credits", "insufficient_quota"}
TOO_LONG_WORDS = {"context_length_exceeded", "exceed_context_size_error"}
DECLINED_WORDS = {"content_policy_violation", "content_filter", "refusal"}

OUTPUT_LIMIT = re.compile(r"max_tokens or model output limit", re.IGNORECASE)
TOO_LONG = re.compile(
    r"too long|context.?(length|window|size)|maximum context|reduce the length", re.IGNORECASE
)
FUNDS = re.compile(r"credit|funds|balance|payment|billing limit|quota", re.IGNORECASE)
FREE_TIER = re.compile(r"free.?tier|subscription", re.IGNORECASE)
ROLE = re.compile(r"\brole\b", re.IGNORECASE)
SYSTEM = re.compile(r"\bsystem\b", re.IGNORECASE)
SAFE_ID = re.compile(r"[A-Za-z0-9._:/=+-]{1,128}")


def parse_object(body: bytes) -> Payload | None:
    """Return the JSON object in `body`, or None when there is none, however it is broken or nested."""
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def error_from_answer(status: int, headers: Mapping[str, str], body: bytes) -> LLMError:
    """Return what an answer with a status other than 200 means."""
    payload = parse_object(body)
    text = body[:4096].decode("utf-8", "replace") if payload is None else ""
    asked = headers.get("retry-after", "")
    error = _error(status, payload or {}, text, retry_after(asked), safe_id(headers.get("x-request-id")))
    if status < 400:
        error.operator = True  # a redirect: the address in our settings is not where the API is
    return error


def error_from_payload(payload: Payload, *, had_text: bool) -> LLMError:
    """Return what an error object inside a 200 means, streamed or not."""
    status = _status_of(payload)
    return _error(status, payload, "", None, "", had_text=had_text)


def retry_after(asked: object) -> float | None:
    """Return the seconds that `Retry-After` asks for (a number or an HTTP date), None for nonsense."""
    if isinstance(asked, str):
        asked = _seconds_from(asked.strip())
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        return None
    if not math.isfinite(asked) or not 0 < asked <= LONGEST_WAIT_TOLD_S:
        return None
    return float(asked)


def safe_id(value: object) -> str:
    """Return a foreign id only if it looks like one: it goes into logs and headers."""
    return value if isinstance(value, str) and SAFE_ID.fullmatch(value) else ""


def _seconds_from(text: str) -> float | None:
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _error(
    status: int, payload: Payload, text: str, wait: float | None, request_id: str, *, had_text: bool = False
) -> LLMError:
    wait = wait or _first_wait(payload)
    request_id = request_id or safe_id(payload.get("requestId")) or safe_id(payload.get("request_id"))
    kind = _kind(status, set(_words(payload)), " ".join([text, *_texts(payload)]), payload)
    return kind(http_status=status, request_id=request_id, retry_after=wait, had_text=had_text)


def _kind(status: int, words: set[str], text: str, payload: Payload) -> type[LLMError]:
    if status in {402, 403, 429} and (words & FUNDS_WORDS):
        return OutOfFunds
    if status in {400, 413, 422, 500} and words & TOO_LONG_WORDS:
        return TooLong
    if status in {400, 403, 422} and words & DECLINED_WORDS:
        return Declined
    if status >= 500 and any("overloaded" in word for word in words):
        return Busy
    if status in {400, 403, 422, 429}:
        return _kind_by_text(status, text, payload)
    if status >= 500:
        return BY_STATUS.get(status, UpstreamFailedOddly)
    return BY_STATUS.get(status, Rejected if status >= 400 else BadAnswer)


def _kind_by_text(status: int, text: str, payload: Payload) -> type[LLMError]:
    if status == 429:
        return OutOfFunds if FREE_TIER.search(text) else Busy
    if status == 403:
        if "flagged_input" in _object(_object(payload, "error"), "metadata"):
            return Declined
        return OutOfFunds if FUNDS.search(text) else NotAllowed
    if OUTPUT_LIMIT.search(text):
        return CutShort
    if TOO_LONG.search(text):
        return TooLong
    names_both = ROLE.search(text) and SYSTEM.search(text)
    return SystemMisplaced if status == 400 and names_both else Rejected


def _status_of(payload: Payload) -> int:
    error = _object(payload, "error")
    for value in (error.get("code"), error.get("status"), payload.get("status"), payload.get("statusCode")):
        status = _as_status(value)
        if status is not None:
            return status
    for word in _words(payload):
        if word in STATUS_BY_WORD:
            return STATUS_BY_WORD[word]
    return 500


def _as_status(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\d{3}", value, re.ASCII):
        value = int(value)
    return value if type(value) is int and 400 <= value <= 599 else None


def _object(payload: Payload, key: str) -> Payload:
    value = payload.get(key)
    return value if isinstance(value, dict) else {}


def _words(payload: Payload) -> Iterator[str]:
    """Yield the type words, the most telling first."""
    error = _object(payload, "error")
    for holder, key in (
        (_object(error, "data"), "kind"),
        (_object(error, "metadata"), "error_type"),
        (_object(error, "metadata"), "provider_code"),
        (error, "type"),
        (error, "code"),
        (error, "name"),
    ):
        value = holder.get(key)
        if isinstance(value, str):
            yield value.lower()


def _texts(payload: Payload) -> Iterator[str]:
    for value in (payload.get("message"), payload.get("detail"), payload.get("error"),
                  _object(payload, "error").get("message")):  # fmt: skip
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                yield text[:4096]


def _first_wait(payload: Payload) -> float | None:
    return retry_after(_object(_object(payload, "error"), "metadata").get("retry_after_seconds"))
