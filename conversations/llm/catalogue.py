"""The list of models that a server offers: `GET …/models`, read without trust.

AI/ML API tells names, windows, abilities and prices; other servers tell names alone. Whatever is not what it
should be is left out, and a row without a usable name is refused.
"""

import re
import time
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import httpx

from .abilities import family_name
from .errors import BadAnswer, TooMuch, Unreachable, UpstreamTimeout
from .failures import error_from_answer, parse_object
from .text import clean_word

BODY_BYTES = 8 * 1024 * 1024  # the real list has half a megabyte
ROWS = 5_000
WHOLE_S = 30.0
WAIT_S = 10.0
NAME = re.compile(r"[A-Za-z0-9._/~@][A-Za-z0-9._:/@+~-]{0,199}", re.ASCII)
LABEL_CHARACTERS = 100
TOKENS_AT_MOST = 100_000_000
PRICE_AT_MOST = Decimal(100_000)
MILLION = Decimal(1_000_000)
CHAT = "openai/chat-completions"
# The origins of what is paid for, and what we call them.
PRICES = {"provided": "input_price", "generated": "output_price", "cached": "cached_price"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as the catalogue has it; None is what it does not tell."""

    name: str
    label: str = ""
    developer: str = ""
    aliases: tuple[str, ...] = ()
    context_window: int | None = None
    output_most: int | None = None
    sees: bool | None = None
    takes_files: bool | None = None
    thinks: bool | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    cached_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The chat models of a server, and how many rows were no use."""

    models: tuple[Listed, ...] = ()
    refused: int = 0


def fetch_catalogue(
    base_url: str, api_key: str = "", *, transport: httpx.BaseTransport | None = None
) -> Catalogue:
    """Return the chat models of the server at `base_url`; raise LLMError when it does not tell them."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "chatsite"}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    url = f"{base_url.rstrip('/')}/models?include=all"
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, timeout=WAIT_S) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            body = _read(response)
    except httpx.TimeoutException:
        raise UpstreamTimeout("the list of models") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The error of the transport may quote addresses and headers: its name is enough.
        raise Unreachable(type(error).__name__) from None
    if response.status_code != 200:
        raise error_from_answer(response.status_code, response.headers, body)
    return read_catalogue(body)


def _read(response: httpx.Response) -> bytes:
    began = time.monotonic()
    body = bytearray()
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BadAnswer("compressed")  # not asked for, and possibly a bomb
    for piece in response.iter_bytes():
        body += piece
        if len(body) > BODY_BYTES:
            raise TooMuch("the list of models")
        if time.monotonic() - began > WHOLE_S:
            raise UpstreamTimeout("the list of models")
    return bytes(body)


def read_catalogue(body: bytes) -> Catalogue:
    """Return the chat models in `body`; raise BadAnswer when it is no list of models."""
    payload = parse_object(body)
    rows = payload.get("data") if payload is not None else None
    if not isinstance(rows, list):
        raise BadAnswer("not a list of models")
    if len(rows) > ROWS:
        raise TooMuch(f"{len(rows)} models")
    objects = [row for row in rows if isinstance(row, dict)]
    others = {row.get("id") for row in objects if isinstance(row.get("id"), str) and not _is_chat(row)}
    models: dict[str, Listed] = {}
    refused = len(rows) - len(objects)
    for row in objects:
        name = row.get("id")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            refused += 1
        elif _is_chat(row) and name not in others and "-image" not in name:
            models.setdefault(name, _listed(name, row))
    return Catalogue(tuple(models.values()), refused)


def without_twins(models: Sequence[Listed], *, known: Collection[str] = ()) -> list[Listed]:
    """Return `models` with one of those that differ by a dot or a dash: a `known` one, or the dotted."""
    chosen: dict[str, Listed] = {}
    for model in models:
        key = model.name[: model.name.rfind("/") + 1] + family_name(model.name)
        twin = chosen.get(key)
        if twin is None or _rank(model, known) > _rank(twin, known):
            chosen[key] = model
    return list(chosen.values())


def _rank(model: Listed, known: Collection[str]) -> tuple[bool, bool]:
    return model.name in known, "." in model.name


def _is_chat(row: Mapping[str, object]) -> bool:
    """Whether a row is a model that answers in words; a server that tells no type has no others."""
    kind = row.get("type")
    if isinstance(kind, str) and kind != CHAT:
        return False
    output = _texts(_object(row, "modalities").get("output"))
    return not output or output == {"text"}


def _listed(name: str, row: Mapping[str, object]) -> Listed:
    info = _object(row, "info")
    abilities = _texts(row.get("capabilities"))
    takes = _texts(_object(row, "modalities").get("input"))
    told = bool(abilities)
    aliases = (alias for alias in sorted(_texts(row.get("aliases"))) if NAME.fullmatch(alias))
    return Listed(
        name=name,
        label=words(info.get("name")),
        developer=words(info.get("developer")),
        aliases=tuple(aliases),
        context_window=_tokens(info.get("contextLength")),
        output_most=_tokens(info.get("outputMax")),
        sees="vision" in abilities or "image" in takes if told or takes else None,
        takes_files="file_input" in abilities if told else None,
        thinks="reasoning" in abilities if told else None,
        **_prices(_object(row, "pricing")),
    )


def words(value: object) -> str:
    """Return a foreign label on one line, without what is not seen and what turns the direction of a page."""
    text = clean_word(value, 4 * LABEL_CHARACTERS)
    shown = (" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return " ".join("".join(shown).split())[:LABEL_CHARACTERS].strip()


def _tokens(value: object) -> int | None:
    return value if type(value) is int and 0 < value <= TOKENS_AT_MOST else None


def _prices(pricing: Mapping[str, object]) -> dict[str, Decimal]:
    """Return what a million tokens cost in USD, where the price is fixed."""
    units = pricing.get("units")
    if pricing.get("kind") != "fixed" or pricing.get("currency") != "USD" or not isinstance(units, list):
        return {}
    found: dict[str, Decimal] = {}
    for unit in units:
        if not isinstance(unit, dict) or unit.get("name") != "token" or unit.get("content") != "text":
            continue
        origin = unit.get("origin")
        price = _price(unit.get("price"), unit.get("per"))
        if isinstance(origin, str) and origin in PRICES and price is not None:
            found.setdefault(PRICES[origin], price)
    return found


def _price(price: object, per: object) -> Decimal | None:
    if isinstance(price, bool) or isinstance(per, bool):
        return None
    if not isinstance(price, int | float | str) or not isinstance(per, int | float):
        return None
    try:
        cost = Decimal(str(price)[:40]) / Decimal(str(per)[:40]) * MILLION
        return cost.quantize(Decimal("0.000001")) if 0 <= cost <= PRICE_AT_MOST else None
    except ArithmeticError:
        return None


def _object(payload: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = payload.get(key)
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> set[str]:
    return {text for text in value if isinstance(text, str)} if isinstance(value, list) else set()
