import io
import json
import zipfile

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.models import Conversation, Import, Stage
from conversations.services.transfer.exporting import export_everything, file_name
from conversations.services.transfer.page import STYLE
from conversations.views.transfer import sent
from tests.conversations.services.transfer.files import house, sample, zipped
from tests.factories import add_answer, add_question, make_conversation

HTMX = {"HX-Request": "true"}
HOSTILE = '<img src=x onerror=alert(1)> & "x" **bold** [link](javascript:alert(1))'


@pytest.fixture(autouse=True)
def own_directory(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def address(name: str, row) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def upload(client, data: bytes, name: str = "conversations.json"):
    return client.post(reverse("conversations:transfer"), {"file": SimpleUploadedFile(name, data)})


def to_the_end(client, it: Import) -> Import:
    while it.is_working:
        assert client.post(address("advance_import", it), headers=HTMX).status_code == 200
        it.refresh_from_db()
    return it


@pytest.fixture
def talk(ada):
    """A conversation with two answers to one question, the second one shown."""
    talk = make_conversation(ada, "What do otters eat?", "Fish.", title=HOSTILE)
    question = talk.messages.get(parent=None)
    shown = add_answer(talk, question, f"Crabs. {HOSTILE}\n\n```python\nx = 1 < 2\n```\n")
    shown.reasoning = f"Let me think. {HOSTILE}"
    shown.save()
    talk.move_to(shown)
    return talk


def test_a_conversation_is_kept_as_markdown(browser, talk):
    response = browser.get(address("export_md", talk))

    text = response.content.decode()
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment;")
    assert text.startswith("# \\<img src=x onerror=alert(1)\\> &")
    assert "\n## You, " in text
    assert "Crabs." in text
    assert "> *Thoughts*" in text
    assert "Fish." not in text


def test_a_conversation_is_kept_as_json_with_every_branch(browser, talk):
    response = browser.get(address("export_json", talk))

    kept = json.loads(response.content)
    assert kept["schema"] == "chatsite-conversation/1"
    assert [message["text"][:5] for message in kept["messages"]] == ["What ", "Fish.", "Crabs"]
    assert kept["shown"] == str(talk.leaf.public_id)
    assert kept["messages"][1]["parent"] == kept["messages"][0]["id"]


def test_a_conversation_is_kept_as_a_page_that_runs_nothing(browser, talk):
    response = browser.get(address("export_html", talk))

    page = response.content.decode()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in response["Content-Security-Policy"]
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert 'href="javascript' not in page
    assert "default-src &#x27;none&#x27;" in page
    assert STYLE in page
    assert "style=" not in page
    assert "Fish." not in page


def test_what_was_never_rendered_is_rendered_for_the_page(browser, talk):
    talk.messages.update(html="", renderer_version=32_767)

    assert '<code class="highlight">' in browser.get(address("export_html", talk)).content.decode()


def test_what_would_take_too_long_to_render_stays_plain_text(browser, talk, monkeypatch):
    talk.messages.update(html="", renderer_version=32_767)
    monkeypatch.setattr("conversations.services.transfer.page.RENDER_S", -1)

    page = browser.get(address("export_html", talk)).content.decode()
    assert "Crabs." in page
    assert "**bold**" in page
    assert "<img" not in page


def test_the_styles_of_the_page_mean_nothing_to_html():
    assert not set(STYLE) & set("<>&'\"")


@pytest.mark.parametrize("kind", ["md", "json", "html"])
def test_a_stranger_gets_no_file(stranger, talk, kind):
    assert stranger.get(address(f"export_{kind}", talk)).status_code == 404


@pytest.mark.parametrize(
    "title",
    ["", "..", "../../etc/passwd", "CON", "a" * 500, "Größe: 5/6?", "\u202egpj.exe", "你好，世界", "a\0b\n"],
)
def test_a_file_has_a_name_that_every_system_takes(ada, title):
    name = file_name(Conversation(owner=ada, title=title), "json")

    assert name.endswith(".json")
    assert len(name.encode()) < 255
    assert not set(name) & set('/\\:*?"<>|\0\n\u202e')
    assert not name.startswith((".", "-"))
    assert not name.removesuffix(".json").endswith((".", " "))


def test_export_takes_the_same_few_queries_whatever_its_size(browser, ada, django_assert_max_num_queries):
    talk = make_conversation(ada, *["x"] * 40)
    for kind in ("md", "json", "html"):
        with django_assert_max_num_queries(8):
            assert browser.get(address(f"export_{kind}", talk)).status_code == 200


@pytest.mark.django_db(transaction=True)
async def test_everything_comes_as_a_zip_while_it_is_made(ada, bob):
    await sync_to_async(make_conversation)(ada, "Otters?", "Fish.")
    await sync_to_async(make_conversation)(ada, "Otters?", "Crabs.")
    await sync_to_async(make_conversation)(bob, "Secret", "Yes")
    client = AsyncClient()
    await client.aforce_login(ada)

    response = await client.get(reverse("conversations:export_everything"))
    data = b"".join([piece async for piece in response.streaming_content])

    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    kept = [json.loads(archive.read(name)) for name in archive.namelist()]
    assert [it["messages"][1]["text"] for it in kept] == ["Fish.", "Crabs."]
    assert response["Content-Disposition"].startswith("attachment;")


@pytest.mark.django_db(transaction=True)
async def test_while_a_slow_client_takes_a_piece_no_connection_is_held(ada, monkeypatch):
    monkeypatch.setattr("conversations.services.transfer.exporting.PIECE_BYTES", 1)
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)  # as with PostgreSQL
    for number in range(3):
        await sync_to_async(make_conversation)(ada, f"Question {number}", "Answer")
    await sync_to_async(lambda: connection.close())()  # noqa: PLW0108 - of that thread
    pieces = sent(export_everything(ada))

    assert await anext(pieces)
    assert await sync_to_async(lambda: connection.connection)() is None
    assert len([piece async for piece in pieces]) == 3


def test_between_two_pieces_no_more_than_one_conversation_is_in_memory(ada, monkeypatch):
    monkeypatch.setattr("conversations.services.transfer.exporting.PIECE_BYTES", 1)
    for number in range(5):
        make_conversation(ada, f"Question {number}", "Answer")

    pieces = list(export_everything(ada))

    assert len(pieces) == 6
    assert len(zipfile.ZipFile(io.BytesIO(b"".join(pieces))).namelist()) == 5


def test_what_is_exported_can_be_imported_elsewhere(ada, stranger, bob):
    talk = make_conversation(ada, "Otters?", "Fish.")
    add_question(talk, talk.leaf, "More?")
    upload(stranger, b"".join(export_everything(ada)), "conversations.zip")
    it = to_the_end(stranger, Import.objects.get())
    stranger.post(address("begin_import", it))
    it.refresh_from_db()
    to_the_end(stranger, it)

    assert [message.text for message in Conversation.objects.get(owner=bob).messages.all()] == [
        "Otters?",
        "Fish.",
        "More?",
    ]


def test_the_page_of_imports_and_exports_shows(browser):
    page = browser.get(reverse("conversations:transfer")).content.decode()

    assert reverse("conversations:export_everything") in page
    assert 'enctype="multipart/form-data"' in page


def test_the_page_costs_the_same_with_many_imports(browser, ada, django_assert_num_queries):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("conversations:transfer")).status_code == 200
        return len(queries)

    Import.objects.create(owner=ada, stage=Stage.DONE)
    count()  # what is remembered afterwards
    few = count()
    Import.objects.bulk_create([Import(owner=ada, stage=Stage.DONE) for _ in range(30)])

    assert count() == few


def test_an_import_without_scripts(browser, ada):
    shown = upload(browser, zipped(conversations=sample("chatgpt")), "chatgpt.zip")
    it = Import.objects.get()
    assert shown.url == address("show_import", it)
    assert "Looking through it" in browser.get(shown.url).content.decode()

    assert browser.post(address("advance_import", it)).url == shown.url
    page = browser.get(shown.url).content.decode()
    assert "Add 2 conversations" in page
    assert "Record 2:" in page
    assert "ChatGPT" in page
    assert not Conversation.objects.exists()

    browser.post(address("begin_import", it))
    browser.post(address("advance_import", it))
    page = browser.get(shown.url).content.decode()
    assert "2 conversations with 7 messages added." in page
    assert Conversation.objects.filter(owner=ada).count() == 2


def test_htmx_gets_the_import_alone(browser):
    upload(browser, sample("claude"))
    page = browser.post(address("advance_import", Import.objects.get()), headers=HTMX).content.decode()

    assert page.strip().startswith('<section class="card stack import" id="import"')
    assert "<html" not in page


@pytest.mark.parametrize("name", ["show_import", "advance_import", "begin_import", "drop_import"])
def test_a_stranger_finds_no_import(browser, stranger, name):
    upload(browser, sample("claude"))
    it = Import.objects.get()
    method = stranger.get if name == "show_import" else stranger.post

    assert method(address(name, it)).status_code == 404
    it.refresh_from_db()
    assert it.stage == Stage.CHECKING


@pytest.mark.parametrize(
    ("data", "sentence", "status"),
    [
        (b"", "This file is empty.", 422),
        (b"\x89PNG", "This is not a file that can be read here.", 422),
        (b"PK\x03\x04", "This zip file is damaged", 422),
    ],
)
def test_what_cannot_be_imported_is_told_on_the_page(browser, data, sentence, status):
    response = upload(browser, data)

    assert response.status_code == status
    assert sentence in response.content.decode()
    assert 'role="alert"' in response.content.decode()


def test_a_form_without_a_file_is_told(browser):
    response = browser.post(reverse("conversations:transfer"))

    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_a_file_larger_than_the_limit_is_told(browser, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    response = upload(browser, b"[" + b" " * 1_100_000)

    assert "larger than 1 MB" in response.content.decode()


def test_a_second_import_is_told_and_led_to_the_first(browser):
    upload(browser, sample("claude"))
    response = upload(browser, sample("claude"))

    assert response.status_code == 409
    page = response.content.decode()
    assert "Another import of yours is not finished." in page
    assert address("show_import", Import.objects.get()) in page


def test_what_a_file_says_is_escaped(browser, ada):
    name = "<b>x</b>.json"
    upload(
        browser,
        json.dumps([house(title=HOSTILE), {"schema": f"chatsite-conversation/{HOSTILE}"}]).encode(),
        name,
    )
    it = to_the_end(browser, Import.objects.get())
    page = browser.get(address("show_import", it)).content.decode()

    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;img src=x" in page


def test_an_import_can_be_stopped(browser):
    upload(browser, sample("claude"))
    it = Import.objects.get()
    response = browser.post(address("drop_import", it))

    assert "Nothing was added." in browser.get(response.url).content.decode()
