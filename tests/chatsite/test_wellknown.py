import pytest
from django.test import Client


@pytest.mark.django_db
def test_what_browsers_ask_for_by_themselves_is_there():
    stranger = Client()

    assert stranger.get("/favicon.ico").headers["Location"].endswith(".svg")
    assert stranger.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    assert stranger.get("/.well-known/change-password").headers["Location"] == "/accounts/password/change/"
