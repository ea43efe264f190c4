"""Which thread works for a request."""

import pytest

from chatsite.lifespan import Lifespan


async def nothing(scope, receive, send):
    """An application that is not asked."""


@pytest.mark.parametrize(
    ("method", "path", "thread"),
    [
        ("GET", "/healthz", "machines"),
        ("POST", "/transfer/", "imports"),
        ("POST", "/imports/5a1c/step/", "imports"),
        ("GET", "/transfer/", "request"),
        ("POST", "/", "request"),
    ],
)
def test_no_page_waits_behind_an_import_and_no_check_behind_a_page(method, path, thread):
    executor = Lifespan(nothing)._thread_for({"method": method, "path": path})

    assert executor._thread_name_prefix.startswith(thread)
