from pathlib import Path

import pytest
from django.test import AsyncClient, override_settings


@pytest.fixture
def files(tmp_path: Path):
    (tmp_path / "a.css").write_text("p { color: red }")
    with override_settings(STATIC_ROOT=tmp_path):
        yield tmp_path


async def test_a_static_file_is_served_whole(files):
    answer = await AsyncClient().get("/static/a.css")

    assert answer.status_code == 200
    assert answer.content == b"p { color: red }"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_only_a_part_is_served_when_a_part_is_asked_for(files):
    answer = await AsyncClient().get("/static/a.css", headers={"Range": "bytes=0-2"})

    assert (answer.status_code, answer.content) == (206, b"p {")


async def test_what_the_browser_has_is_not_sent_again(files):
    first = await AsyncClient().get("/static/a.css")
    again = await AsyncClient().get("/static/a.css", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
