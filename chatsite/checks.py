"""What would make this site unsafe or mute, each with an id and a way on: `manage.py check [--deploy]`."""

import stat
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps.config import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Info, Tags, register

from .settings import is_loopback

# A cache of one process counts only the attempts that this process saw; a dummy counts none.
CACHES_THAT_FORGET = {"DummyCache", "LocMemCache"}
# The threads of the runner and of imports, and one to spare for what is looked up beside them.
OTHER_CONNECTIONS = 3
CSP_MIDDLEWARE = "conversations.middleware.PageHeadersMiddleware"

Apps = Sequence[AppConfig] | None


@register(Tags.security)
def check_debug(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    # ALLOWED_HOSTS keeps nobody out who can reach the port: a request may name any host.
    if not settings.DEBUG or is_loopback(settings.HOST):
        return []
    return [
        Error(
            f"DEBUG is on and the site listens on {settings.HOST}.",
            hint="Leave DEBUG unset, or HOST; it shows settings and code to whoever makes a page fail.",
            id="chatsite.E001",
        )
    ]


@register(Tags.security)
def check_key_file(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    key_file = settings.DATA_DIR / "secret_key"
    if not key_file.exists() or not key_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    return [
        checks.Warning(
            f"{key_file} can be read by others on this machine.",
            hint=f"chmod 600 {key_file}",
            id="chatsite.W001",
        )
    ]


@register(Tags.caches)
def check_cache(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    backend = str(settings.CACHES["default"]["BACKEND"]).rpartition(".")[2]
    if backend not in CACHES_THAT_FORGET:
        return []
    return [
        checks.Warning(
            f"Throttles are kept in {backend}, so wrong passwords are not counted across processes.",
            hint="Use Django’s DatabaseCache, which is the default here.",
            id="chatsite.W002",
        )
    ]


@register(Tags.security)
def check_policy(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if CSP_MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        checks.Warning(
            "Pages are served without a content security policy.",
            hint=f"Put {CSP_MIDDLEWARE} back into MIDDLEWARE.",
            id="chatsite.W003",
        )
    ]


@register(Tags.security)
def check_mail(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or settings.HAS_MAIL or settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        return []
    return [
        checks.Warning(
            "New people must confirm their e-mail address, but no mail can be sent.",
            hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587.",
            id="chatsite.W004",
        )
    ]


@register(Tags.security, deploy=True)
def check_transport(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if not settings.HTTPS:
        return [
            checks.Warning(
                "SITE_URL is not an https address: passwords would travel in the clear.",
                hint="Set SITE_URL=https://chat.example.org.",
                id="chatsite.W005",
            )
        ]
    if settings.BEHIND_PROXY:
        return []
    return [
        checks.Warning(
            "SITE_URL is https, but BEHIND_PROXY is not set: every request would be redirected to itself.",
            hint="Set BEHIND_PROXY=1 where a proxy ends TLS; it must overwrite X-Forwarded-Proto and -For.",
            id="chatsite.W006",
        )
    ]


@register(Tags.database)
def check_pool(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    pool = settings.DATABASES["default"]["OPTIONS"].get("pool")
    needed = settings.REQUEST_THREADS + settings.FILE_THREADS + OTHER_CONNECTIONS
    if not pool or pool["max_size"] >= needed:
        return []
    return [
        checks.Warning(
            f"DATABASE_POOL_SIZE is {pool['max_size']}; one process uses up to {needed} connections.",
            hint="With fewer, pages wait for one another. Open streams hold none.",
            id="chatsite.W007",
        )
    ]


@register(deploy=True)
def check_model(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.LLM_API_KEY:
        return []
    host = urlsplit(settings.LLM_BASE_URL).hostname or ""
    if settings.LLM_LOCAL:
        message = f"No API key: the local model {settings.LLM_MODEL} answers."
        hint = "Set AIMLAPI_API_KEY for Claude; or LLM_BASE_URL, LLM_API_KEY and LLM_MODEL."
    else:
        message = f"{host} is asked for {settings.LLM_MODEL} without an API key."
        hint = "Set LLM_API_KEY, unless that server wants none."
    return [Info(message, hint=hint, id="chatsite.I001")]


@register()
def check_model_address(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    address = urlsplit(settings.LLM_BASE_URL)
    if address.scheme in {"http", "https"} and address.hostname:
        return []
    return [
        Error(
            f"LLM_BASE_URL is not an address: {settings.LLM_BASE_URL!r}.",
            hint="It starts with https:// (or http://) and usually ends with /v1.",
            id="chatsite.E002",
        )
    ]
