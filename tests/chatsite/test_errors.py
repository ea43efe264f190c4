import re

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory
from django.urls import path

from chatsite import errors
from chatsite.urls import handler500 as handler500  # noqa: PLC0414 - the URLs of this test need it too


@login_not_required
def locked(request):
    raise OperationalError("database is locked")


@login_not_required
def broken(request):
    raise ZeroDivisionError


urlpatterns = [path("locked/", locked), path("broken/", broken)]


@pytest.mark.urls(__name__)
def test_a_database_that_is_locked_is_a_page_to_try_again(db):
    answer = Client(raise_request_exception=False).get("/locked/")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Try again" in answer.content.decode()
    assert "locked" not in answer.content.decode()


@pytest.mark.urls(__name__)
def test_what_was_typed_is_kept_and_can_be_sent_again(db):
    typed = {"text": "Do otters <b>dream</b>?", "key": "k-1", "leaf": "l-1"}
    page = Client(raise_request_exception=False).post("/locked/", typed).content.decode()

    assert "Do otters &lt;b&gt;dream&lt;/b&gt;?</textarea>" in page
    assert 'name="key" value="k-1"' in page
    assert 'name="leaf" value="l-1"' in page
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{32,}"', page)


@pytest.mark.urls(__name__)
def test_a_page_that_keeps_its_text_itself_gets_a_sentence(db):
    answer = Client(raise_request_exception=False).post("/locked/", headers={"HX-Request": "true"})

    assert answer.status_code == 503
    assert "data-notice" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_bug_of_ours_stays_a_500(db):
    answer = Client(raise_request_exception=False).get("/broken/")

    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.content.decode()


def test_a_database_that_is_gone_is_told_the_same_way():
    try:
        raise InterfaceError("connection already closed")
    except InterfaceError:
        answer = errors.server_error(RequestFactory().get("/"))

    assert answer.status_code == 503
