"""What the site says about its own settings, and when it refuses to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as site

from chatsite import checks

# What a site behind a proxy that ends TLS must set; docs/operate.md says the same.
PRODUCTION = {
    "SITE_URL": "https://chat.example.org",
    "BEHIND_PROXY": "1",
    "SECRET_KEY": "a-key-only-for-this-test-that-is-random-enough-0123456789-abcdefghij",
}


def manage(*arguments: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "DATABASE_URL"}
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=site.BASE_DIR,
        env={**bare, "ENV_FILE": os.devnull, "DATA_DIR": str(directory), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_check_for_deployment_finds_nothing(tmp_path):
    done = manage("check", "--deploy", "--fail-level", "WARNING", directory=tmp_path, **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stderr


@pytest.mark.parametrize("missing", ["SITE_URL", "BEHIND_PROXY"])
def test_it_would_find_what_is_missing(missing, tmp_path):
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}

    done = manage("check", "--deploy", "--fail-level", "WARNING", directory=tmp_path, **environment)

    assert done.returncode == 1
    assert "chatsite.W00" in done.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY must be random"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 50}, "SECRET_KEY must be random"),
        ({"DEBUG": "1"}, "DEBUG shows the inside of the site"),
        ({"DEBUG": "1", "SITE_URL": "", "ALLOWED_HOSTS": "*"}, "DEBUG shows the inside of the site"),
        (
            {"DEBUG": "1", "SITE_URL": "", "ALLOWED_HOSTS": ".example.org"},
            "DEBUG shows the inside of the site",
        ),
    ],
    ids=[
        "no key",
        "short key",
        "default key",
        "debug and address",
        "debug and any host",
        "debug and a domain",
    ],
)
def test_the_site_refuses_to_start(environment, sentence, tmp_path):
    done = manage("check", directory=tmp_path, **{**PRODUCTION, **environment})

    assert done.returncode != 0
    assert sentence in done.stderr


def test_a_site_on_https_still_tells_its_health_on_loopback(tmp_path):
    ask = """
from django.test import Client
for path in ("/healthz", "/accounts/login/"):
    print(Client().get(path, headers={"host": "127.0.0.1:8000"}).status_code)
"""
    environment = PRODUCTION | {"PLAIN_STATIC": "1", "DATABASE_URL": f"sqlite:///{tmp_path}/chat.sqlite3"}

    done = manage("shell", "-v0", "-c", ask, directory=tmp_path, **environment)

    assert done.stdout.split() == ["200", "301"], done.stderr


def test_debug_on_loopback_starts(tmp_path):
    done = manage("check", directory=tmp_path, DEBUG="1", SECRET_KEY=PRODUCTION["SECRET_KEY"])

    assert done.returncode == 0, done.stderr


def ids(check) -> list[str]:
    return [str(message.id) for message in check(None)]


def test_debug_on_an_address_that_others_reach_is_an_error(tmp_path):
    key = PRODUCTION["SECRET_KEY"]
    done = manage("check", directory=tmp_path, DEBUG="1", HOST="0.0.0.0", SECRET_KEY=key)  # noqa: S104

    assert done.returncode == 1
    assert "chatsite.E001" in done.stderr


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "chat.localhost"])
def test_debug_on_loopback_is_none(host, settings):
    settings.DEBUG, settings.HOST = True, host
    assert ids(checks.check_debug) == []


def test_a_key_that_others_can_read_is_told(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert ids(checks.check_key_file) == []
    key_file = tmp_path / "secret_key"
    key_file.write_text("x")

    key_file.chmod(0o640)
    assert ids(checks.check_key_file) == ["chatsite.W001"]
    key_file.chmod(0o600)
    assert ids(checks.check_key_file) == []


@pytest.mark.parametrize("backend", ["dummy.DummyCache", "locmem.LocMemCache"])
def test_a_cache_that_forgets_throttles_is_told(backend, settings):
    assert ids(checks.check_cache) == []
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    assert ids(checks.check_cache) == ["chatsite.W002"]


def test_a_missing_policy_is_told(settings):
    assert ids(checks.check_policy) == []
    settings.MIDDLEWARE = []
    assert ids(checks.check_policy) == ["chatsite.W003"]


def test_verification_without_mail_is_told(settings):
    assert ids(checks.check_mail) == []
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert ids(checks.check_mail) == ["chatsite.W004"]
    settings.HAS_MAIL = True
    assert ids(checks.check_mail) == []


def test_who_answers_without_a_key_is_told(settings):
    settings.LLM_API_KEY, settings.LLM_LOCAL = "", True
    assert "local model" in checks.check_model(None)[0].msg
    settings.LLM_LOCAL, settings.LLM_BASE_URL = False, "https://llm.example.org/v1"
    assert "llm.example.org" in checks.check_model(None)[0].msg
    settings.LLM_API_KEY = "key"
    assert ids(checks.check_model) == []


@pytest.mark.parametrize("address", ["", "llm.example.org/v1", "file:///etc/passwd", "https://"])
def test_an_address_that_is_none_is_told(address, settings):
    assert ids(checks.check_model_address) == []
    settings.LLM_BASE_URL = address
    assert ids(checks.check_model_address) == ["chatsite.E002"]


@pytest.mark.parametrize(
    ("environment", "begins"),
    [
        ({}, "open"),
        ({"SITE_URL": "http://localhost:8000"}, "open"),
        ({"HOST": "0.0.0.0"}, "approval"),  # noqa: S104
        ({"SITE_URL": "https://chat.example.org"}, "approval"),
        ({"ALLOWED_HOSTS": "localhost,chat.example.org"}, "approval"),
        ({"HOST": "0.0.0.0", "SIGNUP": "open"}, "open"),  # noqa: S104
    ],
)
def test_a_site_that_others_reach_begins_with_approval(environment, begins, tmp_path):
    code = "from django.conf import settings; print(settings.SIGNUP)"
    key = PRODUCTION["SECRET_KEY"]

    done = manage("shell", "-v0", "-c", code, directory=tmp_path, SECRET_KEY=key, **environment)

    assert done.stdout.split() == [begins], done.stderr


@pytest.mark.parametrize("setting", ["SIGNUP", "REQUIRE_SECOND_FACTOR"])
def test_a_way_in_that_does_not_exist_ends_the_start(setting, tmp_path):
    done = manage("check", directory=tmp_path, **{**PRODUCTION, setting: "maybe"})

    assert done.returncode != 0
    assert f"{setting} must be one of" in done.stderr
