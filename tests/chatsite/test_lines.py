"""Who waits behind whom inside one process."""

from threading import current_thread
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from chatsite.lifespan import Lifespan


@pytest.mark.parametrize(
    ("path", "content_type", "line"),
    [
        ("/", b"", "request"),
        ("/c/1/send/", b"application/x-www-form-urlencoded", "request"),
        ("/files/", b"multipart/form-data; boundary=x", "files"),
        ("/healthz", b"", "machines"),
    ],
)
async def test_nobody_waits_behind_a_file_that_is_being_read(path, content_type, line):
    threads = []

    async def application(_scope: Any, _receive: Any, _send: Any) -> None:
        threads.append(await sync_to_async(lambda: current_thread().name)())

    scope = {"type": "http", "path": path, "headers": [(b"content-type", content_type)]}
    await Lifespan(application)(scope, None, None)

    assert threads[0].startswith(line)
