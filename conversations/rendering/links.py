"""What may be a link, and what is written beside it so that nobody is led astray."""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9.\-_]+|\[[0-9a-f:.]+\]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HINT_LENGTH = 60
# `www.` and addresses in running text; http(s) is found earlier, by rules.web_address.
_BARE = re.compile(
    r"(?<![\w/@.+-])(?:(?P<www>www\.[^\s<>\"'`\\]{1,500})"
    r"|(?P<mail>[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}))",
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: `href` is empty for a link we do not make; `hint` says the place in plain words."""

    href: str
    hint: str


def target_of(href: str) -> Target:
    """Return what to do with a destination: only http, https and mailto become links."""
    try:
        parts = urlsplit(href)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        return Target("", _short(href))
    if scheme in ("http", "https") and _HOST.fullmatch(host):
        return Target(scheme + href[len(scheme) :], _short(f"{host}:{port}" if port else host))
    if scheme == "mailto" and parts.path:
        return Target(scheme + href[len(scheme) :], _short(parts.path))
    # A path or `#part` has no meaning here, only its text does; a foreign scheme is said aloud.
    return Target("", _short(href) if _SCHEME.match(href) else "")


def _short(text: str) -> str:
    """The end of a host is the part that counts."""
    return text if len(text) <= _HINT_LENGTH else "…" + text[-_HINT_LENGTH:]


def says_its_address(text: str, href: str) -> bool:
    """Return whether the visible text already is the address it leads to."""
    shown, address = text.strip(), href
    if not shown.isascii() or "@" in urlsplit(address).netloc:
        return False
    bare = address.removeprefix("mailto:") if address.startswith("mailto:") else address.split("://", 1)[-1]
    return shown.rstrip("/") in (address.rstrip("/"), bare.rstrip("/"))


def hint_html(hint: str) -> str:
    return f' <span class="link__host">{escape(hint)}</span>' if hint else ""


def link_html(href: str, inner: str, text: str, title: str = "") -> str:
    """Return the link around `inner`, with its host unless `text` says it; `inner` alone if it is none."""
    target = target_of(href)
    if not target.href:
        return inner + hint_html(target.hint)
    named = f' title="{escape(title)}"' if title else ""
    hint = "" if says_its_address(text, target.href) else hint_html(target.hint)
    return f'<a href="{escape(target.href)}"{named}>{inner}</a>{hint}'


def text_html(text: str, *, in_link: bool = False) -> str:
    """Return escaped text in which `www.` names and mail addresses are links."""
    if in_link or ("@" not in text and "www." not in text):
        return escape(text, quote=False)
    out, position = [], 0
    for match in _BARE.finditer(text):
        found = match[0].rstrip("?!.,:;*_~'\"-)")
        if not found or found == "www" or (match["www"] and "." not in found[4:]):
            continue
        href = "http://" + found if match["www"] else "mailto:" + found
        out.append(escape(text[position : match.start()], quote=False))
        out.append(link_html(href, escape(found, quote=False), found))
        position = match.start() + len(found)
    out.append(escape(text[position:], quote=False))
    return "".join(out)
