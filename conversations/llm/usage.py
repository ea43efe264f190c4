"""What an answer cost: counts that may be credits, and a price that may be missing."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from .types import Usage

Payload = Mapping[str, object]

CREDITS_PER_USD = 2_000_000
COUNT_BELOW = 2**31
USD_BELOW = 1_000_000
USD_STEP = Decimal("1E-8")

# A count is believed while it is within this factor of a rough estimate. Credits are 6 and more for a token.
FACTOR = 3
BYTES_PER_TOKEN = 4
UNSEEN_TOKENS = 64  # templates, roles and ends of turns count too

FIELDS = (
    ("prompt_tokens", None, "prompt_tokens"),
    ("completion_tokens", None, "completion_tokens"),
    ("prompt_tokens_details", "cached_tokens", "cached_tokens"),
    ("prompt_tokens_details", "cache_write_tokens", "cache_write_tokens"),
    ("completion_tokens_details", "reasoning_tokens", "reasoning_tokens"),
)


class UsageReader:
    """Gather usage and price from any chunk that carries them; the last real numbers count."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._cost: Decimal | None = None
        self._is_recent = False  # details or a price came along: these answers count tokens

    def read(self, payload: Payload) -> None:
        """Take what `payload` says about usage and price; zeros never replace numbers."""
        usage = payload.get("usage")
        if isinstance(usage, dict):
            counts = dict(_counts(usage))
            if any(counts.values()):
                for name, count in counts.items():
                    self._counts[name] = count or self._counts.get(name, 0)
            self._is_recent |= any(isinstance(usage.get(name), dict) for name, part, _ in FIELDS if part)
        meta = payload.get("meta")
        spent = meta.get("usage") if isinstance(meta, dict) else None
        if isinstance(spent, dict):
            self.read_price(spent.get("usd_spent"), spent.get("credits_used"))

    def read_price(self, usd: object, credits_used: object = None) -> None:
        """Take a price in USD, or in credits where USD is missing."""
        cost = _decimal(usd)
        if cost is None:
            spent = _decimal(credits_used)
            cost = None if spent is None else spent / CREDITS_PER_USD
        if cost is not None and 0 <= cost < USD_BELOW:
            # What is kept has eight decimals: rounded here, it cannot round past the limit later.
            self._cost = cost.quantize(USD_STEP, ROUND_DOWN)
            self._is_recent = True

    def usage(self, *, answer_bytes: int, prompt_bytes: int | None) -> Usage | None:
        """Return what was gathered, judged against the size of the texts, or None when nothing came."""
        if not self._counts and self._cost is None:
            return None
        trusted = self._is_recent or (
            self._is_plausible("completion_tokens", answer_bytes)
            and self._is_plausible("prompt_tokens", prompt_bytes)
        )
        return Usage(**self._counts, cost_usd=self._cost, trusted=trusted)

    def _is_plausible(self, name: str, size: int | None) -> bool:
        count = self._counts.get(name)
        if count is None or size is None:
            return True
        estimate = size / BYTES_PER_TOKEN
        return estimate / FACTOR - UNSEEN_TOKENS <= count <= estimate * FACTOR + UNSEEN_TOKENS


def _counts(usage: Payload) -> Iterator[tuple[str, int]]:
    for key, part, name in FIELDS:
        value = usage.get(key)
        if part is not None:
            value = value.get(part) if isinstance(value, dict) else None
        if type(value) is int and 0 <= value < COUNT_BELOW:
            yield name, value


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
