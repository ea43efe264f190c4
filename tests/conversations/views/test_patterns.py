"""The page of everything that can be shown, for those who build and check the look."""

import pytest
from django.urls import reverse

from tests.factories import make_user

PAGE = reverse("conversations:patterns")


@pytest.mark.django_db
def test_staff_see_every_pattern_and_nobody_else_does(client_of, browser):
    page = client_of(make_user("root", is_staff=True)).get(PAGE)

    assert page.status_code == 200
    for part in ('id="toasts"', "thumbs-down", "problem--failed", "waiting"):
        assert part in page.content.decode(), part
    assert browser.get(PAGE).status_code == 302
