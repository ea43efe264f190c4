"""What htmx gets when the session is over: the way to the login page, never the page itself."""

import pytest
from django.test import AsyncClient, Client

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/c/1234/?q=a%20b#m-5"}
BACK = "/accounts/login/?next=%2Fc%2F1234%2F%3Fq%3Da%2520b"


def test_htmx_is_led_to_the_login_page_and_back_to_the_page_it_was_on():
    response = Client().get("/conversations/", headers=HTMX)

    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == BACK
    assert response.content == b""


async def test_so_it_is_under_asgi(transactional_db):
    response = await AsyncClient().get("/conversations/", headers=HTMX)

    assert response.headers["HX-Redirect"] == BACK


@pytest.mark.parametrize("page", ["https://evil.example/", "javascript:alert(1)", "", "//evil.example"])
def test_a_page_elsewhere_is_not_gone_back_to(page):
    response = Client().get("/conversations/", headers={"HX-Request": "true", "HX-Current-URL": page})

    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2F"


def test_a_plain_request_gets_the_plain_redirect():
    response = Client().get("/help/keys/")

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/help/keys/")


def test_a_form_that_was_sent_too_late_leads_back_to_its_page_and_not_to_where_it_was_sent():
    form_page = {"Referer": "http://testserver/c/1234/?q=a%20b"}
    response = Client().post("/c/7b2a9f0e-0000-4000-8000-000000000000/delete/", headers=form_page)

    assert (response.status_code, response.headers["Location"]) == (302, BACK)


@pytest.mark.parametrize("headers", [{}, {"Referer": "https://evil.example/"}], ids=["no page", "elsewhere"])
def test_a_form_from_nowhere_leads_to_the_first_page(headers):
    response = Client().post("/c/7b2a9f0e-0000-4000-8000-000000000000/delete/", headers=headers)

    assert response.headers["Location"] == "/accounts/login/?next=%2F"


def test_other_answers_pass_untouched(browser):
    assert "HX-Redirect" not in browser.get("/conversations/", headers=HTMX).headers


def test_signing_out_by_htmx_leads_to_the_login_page_without_a_way_back(browser):
    response = browser.post("/accounts/logout/", headers=HTMX)

    assert response.headers["HX-Redirect"] == "/accounts/login/"
