"""`python -m tests.oidc.provider PORT DIRECTORY CALLBACK`: a real OpenID Connect provider, allauth's own.

What it claims of people's groups stands in DIRECTORY/groups.json, and how they proved who they are in
DIRECTORY/amr.json; a test changes both.
"""

import importlib
import json
import socketserver
import sys
import wsgiref.simple_server
from pathlib import Path
from typing import Any

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

CLIENT, SECRET = "chat", "a secret of the client"
PASSWORD = "a long pass phrase"


def configure(directory: Path) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="of a provider that lives as long as its test",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": directory / "provider.sqlite3"}
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
            *("django.contrib.messages", "allauth", "allauth.account", "allauth.idp.oidc"),
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_RATE_LIMITS=False,
        IDP_OIDC_PRIVATE_KEY=key.decode(),
        IDP_OIDC_ADAPTER=f"{__name__}.Adapter",
        USE_TZ=True,
    )


def claimed(name: str, username: str) -> dict[str, Any]:
    """What it says of a person under `name`; nothing at all when that is None."""
    told = json.loads(Path(settings.DATABASES["default"]["NAME"]).with_name(f"{name}.json").read_text())
    return {} if told.get(username) is None else {name: told[username]}


def main(port: int, directory: Path, callback: str) -> None:
    configure(directory)
    django.setup()
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    for name in ("olga", "pete", "quinn", "rita"):
        person = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
        facts: dict[str, Any] = {"user": person, "email": person.email}
        EmailAddress.objects.create(verified=True, primary=True, **facts)
    Client._default_manager.create(
        id=CLIENT,
        name="Chat",
        secret=make_password(SECRET),
        scopes="openid\nprofile\nemail",
        redirect_uris=callback,
        skip_consent=True,
    )

    class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
        daemon_threads = True

    with wsgiref.simple_server.make_server("localhost", port, get_wsgi_application(), Server) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()


def __getattr__(name: str) -> Any:  # Django asks for these once it is set up
    if name == "urlpatterns":
        from django.urls import include, path

        return [path("accounts/", include("allauth.account.urls")), path("", include("allauth.idp.urls"))]
    if name == "Adapter":
        from allauth.idp.oidc.adapter import DefaultOIDCAdapter

        class Adapter(DefaultOIDCAdapter):
            def get_claims(self, purpose: Any, user: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
                claims = super().get_claims(purpose, user, *args, **kwargs)
                proof = claimed("amr", user.username) if purpose == "id_token" else {}
                return claims | claimed("groups", user.username) | proof

        return Adapter
    raise AttributeError(name)


if __name__ == "__main__":
    # Under its own name, since Django imports it by that.
    importlib.import_module("tests.oidc.provider").main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
