"""How many queries a request costs: `python -m benchmarks.counting '{"name": [session, "GET", "/", ""]}'`."""

import json
import sys

import django

from .connection import CSRF


def main() -> None:
    requests: dict[str, list[str]] = json.loads(sys.argv[1])
    django.setup()
    print(json.dumps({name: count(*request) for name, request in requests.items()}))


def count(session: str, method: str, path: str, body: str) -> int:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1", headers={"x-csrftoken": CSRF})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.cookies[settings.CSRF_COOKIE_NAME] = CSRF
    with CaptureQueriesContext(connection) as queries:
        answer = client.generic(method, path, body, content_type="application/x-www-form-urlencoded")
    if answer.status_code >= 400:
        raise RuntimeError(f"{method} {path} answered {answer.status_code}")
    return len(queries)


if __name__ == "__main__":
    main()
