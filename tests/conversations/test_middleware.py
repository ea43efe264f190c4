import re
from base64 import b64encode
from hashlib import sha256

from tests.factories import make_conversation


def test_every_page_forbids_inline_code_and_other_hosts(browser):
    policy = browser.get("/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_import_map_of_the_page_is_the_one_that_is_allowed(browser):
    answer = browser.get("/")
    printed = re.search(r'<script type="importmap">(.*?)</script>', answer.content.decode()).group(1)

    digest = b64encode(sha256(printed.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


def test_pages_stay_out_of_caches_and_tell_fragments_apart(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    for path in ("/", f"/c/{conversation.public_id}/", f"/c/{conversation.public_id}/rename/", "/help/keys/"):
        answer = browser.get(path)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "HX-Request" in answer.headers["Vary"]


def test_pages_are_compressed(browser):
    answer = browser.get("/", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 6_000


def test_a_refusal_is_a_page_or_a_notice_with_its_status(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    url = f"/c/{conversation.public_id}/summarise/"

    page = browser.post(url)
    notice = browser.post(url, headers={"HX-Request": "true"})

    assert page.status_code == notice.status_code == 422
    assert "There is too little to sum up" in page.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in notice.content.decode()
