import pytest
from django.urls import reverse

from conversations.models import Conversation
from tests.factories import make_conversation

HTMX = {"HX-Request": "true"}


def address(name: str, conversation: Conversation) -> str:
    return reverse(f"conversations:{name}", args=[conversation.public_id])


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ("pin", "pinned", True),
        ("unpin", "pinned", False),
        ("archive", "archived", True),
        ("unarchive", "archived", False),
    ],
)
def test_a_press_in_the_menu_changes_it_and_leads_back(browser, ada, change, field, value):
    conversation = make_conversation(ada, "Otters", **{field: not value})

    answer = browser.post(
        address(f"{change}_conversation", conversation), headers={"Referer": "http://testserver/trash/"}
    )

    assert answer.url == "http://testserver/trash/"
    conversation.refresh_from_db()
    assert getattr(conversation, field) is value


def test_nobody_is_led_to_another_site(browser, ada):
    conversation = make_conversation(ada, "Otters")

    answer = browser.post(
        address("pin_conversation", conversation), headers={"Referer": "https://evil.example/"}
    )

    assert answer.url == address("show_conversation", conversation)


def test_htmx_gets_the_list_with_what_is_pinned_first(browser, ada):
    first, _second = make_conversation(ada, "Otters"), make_conversation(ada, "Badgers")

    part = browser.post(address("pin_conversation", first), headers=HTMX).content.decode()

    assert "<html" not in part
    assert part.index("Pinned") < part.index("Otters") < part.index("Today") < part.index("Badgers")


def test_what_is_archived_leaves_the_list_with_an_undo(browser, ada):
    conversation = make_conversation(ada, "Otters")

    part = browser.post(address("archive_conversation", conversation), headers=HTMX).content.decode()

    assert "“Otters” was archived." in part
    assert address("unarchive_conversation", conversation) in part
    assert f'id="row-{conversation.public_id}"' not in part
    assert "Otters" in browser.get("/conversations/", {"archived": "1"}).content.decode()
    assert f'id="row-{conversation.public_id}"' not in browser.get("/").content.decode()


@pytest.mark.parametrize("name", ["pin", "unpin", "archive", "unarchive", "move"])
def test_a_stranger_changes_nothing(stranger, ada, name):
    conversation = make_conversation(ada, "Otters")

    assert stranger.post(address(f"{name}_conversation", conversation), {"new": "Mine"}).status_code == 404
    conversation.refresh_from_db()
    assert (conversation.pinned, conversation.archived, conversation.folder) == (False, False, "")


def test_a_conversation_is_put_into_a_new_folder_and_into_one_that_is_there(browser, ada):
    first, second = make_conversation(ada, "Otters"), make_conversation(ada, "Seals")
    url = address("move_conversation", first)

    assert "Or a new folder" in browser.get(url).content.decode()
    assert browser.post(url, {"folder": "", "new": " Sea "}).url == address("show_conversation", first)
    page = browser.get(address("move_conversation", second)).content.decode()
    assert 'value="Sea"' in page
    browser.post(address("move_conversation", second), {"folder": "Sea"})

    assert list(ada.conversations.values_list("folder", flat=True)) == ["Sea", "Sea"]
    assert "Sea" in browser.get("/").content.decode()


def test_the_list_shows_a_folder_in_place_of_what_is_in_it(browser, ada):
    conversation = make_conversation(ada, "Otters", folder="Sea & <b>sand</b>")

    page = browser.get("/").content.decode()
    rows = browser.get("/conversations/", {"folder": "Sea & <b>sand</b>"}, headers=HTMX).content.decode()

    assert "Sea &amp; &lt;b&gt;sand&lt;/b&gt;" in page
    assert "folder=Sea%20%26%20%3Cb%3Esand%3C%2Fb%3E" in page
    assert f'id="row-{conversation.public_id}"' not in page
    assert f'id="row-{conversation.public_id}"' in rows
    assert "<html" not in rows


def test_a_name_that_is_too_long_is_told_and_kept(browser, ada):
    answer = browser.post(address("move_conversation", make_conversation(ada, "Otters")), {"new": "x" * 101})

    assert answer.status_code == 422
    assert "can have 100 characters" in answer.content.decode()
    assert "x" * 101 in answer.content.decode()


def test_folders_have_a_page_where_they_are_renamed_and_removed(browser, ada):
    make_conversation(ada, "Otters", folder="Sea")
    assert "1 conversation" in browser.get("/folders/").content.decode()

    browser.post("/folders/rename/", {"name": "Sea", "to": "Ocean"})
    assert "Ocean" in browser.get("/folders/").content.decode()
    assert browser.post("/folders/rename/", {"name": "Ocean", "to": " "}).status_code == 422
    browser.post("/folders/dissolve/", {"name": "Ocean"})
    assert "There are no folders yet" in browser.get("/folders/").content.decode()


def test_folders_of_others_are_not_shown_or_changed(stranger, ada):
    make_conversation(ada, "Otters", folder="Ocean")

    assert "Ocean" not in stranger.get("/folders/").content.decode()
    assert stranger.post("/folders/rename/", {"name": "Ocean", "to": "Mine"}).status_code == 422
    stranger.post("/folders/dissolve/", {"name": "Ocean"})
    assert ada.conversations.get().folder == "Ocean"


def test_the_menu_of_a_conversation_is_a_page_and_a_part_and_a_strangers_is_not_found(browser, ada, bob):
    url = address("conversation_menu", make_conversation(ada, "Otters"))

    assert "<html" in browser.get(url).content.decode()
    part = browser.get(url, headers=HTMX).content.decode()
    assert "<html" not in part
    assert 'value="Otters"' in part
    assert browser.get(address("conversation_menu", make_conversation(bob, "Secret"))).status_code == 404
