"""Groups decide which models and what else their people may use: a page hides it, a service refuses it."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations import wiring
from conversations.models import Attachment, Conversation, Generation, Import, Share
from tests.factories import (
    make_attachment,
    make_conversation,
    make_group,
    make_model,
    make_policy,
)

OTTER = "vendor/otter"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def two_models(db, settings):
    settings.LLM_TAKES = ["text"]
    make_model(OTTER, label="Otter", is_offered=True)
    wiring.current_model()


@pytest.fixture
def talk(ada):
    return make_conversation(ada, "Hello", "Hi", model=make_model(OTTER))


def keep_for(group, name=OTTER) -> None:
    make_model(name).groups.add(group)
    wiring.choice.forget()


def form(text="And more?", **fields):
    return {"text": text, "key": str(uuid4()), **fields}


def page_of(browser, address) -> str:
    return browser.get(address).content.decode()


def test_a_model_that_is_kept_for_a_group_is_offered_to_its_people_alone(browser, stranger, ada):
    assert "Otter" in page_of(stranger, "/models/")
    keep_for(make_group("zoologists", ada))

    assert "Otter" in page_of(browser, "/models/")
    assert "Otter" not in page_of(stranger, "/models/")
    assert "Otter" not in page_of(stranger, "/presets/new/")
    assert stranger.get(f"/?model={OTTER}").status_code == 422
    assert stranger.post("/", form(model=OTTER)).status_code == 422
    assert browser.post("/", form(model=OTTER)).status_code == 302
    assert Generation.objects.get().model_asked == OTTER


def test_a_person_in_two_groups_has_what_either_may(browser, ada):
    make_group("pupils", ada)
    keep_for(make_group("teachers"))
    assert "Otter" not in page_of(browser, "/models/")
    keep_for(make_group("zoologists", ada))
    assert "Otter" in page_of(browser, "/models/")


def test_a_conversation_whose_model_is_for_others_now_says_so_and_goes_on_with_another(browser, talk):
    make_model("vendor/crab", is_offered=True)
    keep_for(make_group("zoologists"))

    page = page_of(browser, f"/c/{talk.public_id}/")
    browser.post(f"/c/{talk.public_id}/send/", form())

    assert "Otter</bdi> is not offered any more" in page
    assert f"/c/{talk.public_id}/model/" in page.partition('id="fallback"')[2].partition("</p>")[0]
    assert Generation.objects.latest("pk").model_asked == wiring.current_model().name


def test_no_way_leads_to_a_model_for_others(browser, talk):
    talk.model = wiring.current_model()
    talk.save()
    keep_for(make_group("zoologists"))
    before = Generation.objects.count()

    choose = browser.post(f"/c/{talk.public_id}/model/", {"model": OTTER})
    again = browser.post(f"/m/{talk.leaf.public_id}/regenerate/", {"model": OTTER})

    assert (choose.status_code, again.status_code) == (422, 422)
    assert Generation.objects.count() == before


def test_where_the_site_keeps_its_own_model_for_some_others_begin_with_the_next(browser, stranger, ada):
    keep_for(make_group("zoologists", ada), wiring.current_model().name)

    browser.post("/", form())
    stranger.post("/", form())

    asked = Generation.objects.order_by("pk").values_list("model_asked", flat=True)
    assert list(asked) == [wiring.current_model().name, OTTER]


def test_where_no_model_is_for_somebody_they_are_told(stranger, bob):
    group = make_group("zoologists")
    keep_for(group)
    keep_for(group, wiring.current_model().name)

    answer = stranger.post("/", form("Why?"), headers=HTMX)

    assert answer.status_code == 422
    assert "is not for you to use" in answer.content.decode()
    assert "Why?" in answer.content.decode()


def test_who_may_attach_no_files_finds_no_clip_and_is_refused(browser, ada, talk):
    assert "Attach files" in page_of(browser, "/")
    kept = make_attachment(ada)
    make_policy(group=make_group("pupils", ada), attachments=False)

    for address in ("/", f"/c/{talk.public_id}/"):
        assert "Attach files" not in page_of(browser, address)
    upload = browser.post("/files/", {"files": SimpleUploadedFile("a.txt", b"Otters")}, headers=HTMX)
    sent = browser.post("/", form(file=str(kept.public_id)))

    assert (upload.status_code, sent.status_code) == (422, 422)
    assert "cannot attach files" in upload.content.decode()
    assert Attachment.objects.count() == 1
    assert Conversation.objects.count() == 1


def test_who_may_not_share_finds_no_button_and_is_refused(browser, ada, talk):
    assert "data-share" in page_of(browser, f"/c/{talk.public_id}/")
    make_policy(person=ada, sharing=False)

    page = page_of(browser, f"/c/{talk.public_id}/")
    answer = browser.post(f"/c/{talk.public_id}/share/", {"scope": "people", "days": "7"})

    assert "data-share" not in page
    assert answer.status_code == 422
    assert "cannot share conversations" in answer.content.decode()
    assert not Share.objects.exists()


def test_who_may_have_nothing_temporary_finds_no_link_and_is_refused(browser, ada):
    assert "Make it temporary" in page_of(browser, "/")
    make_policy(temporary=False)

    answer = browser.post("/", form(temporary="1"))

    assert "Make it temporary" not in page_of(browser, "/")
    assert answer.status_code == 422
    assert not Conversation.objects.exists()


def test_who_may_not_import_finds_no_form_and_is_refused(browser, ada):
    assert "Upload and look" in page_of(browser, "/transfer/")
    make_policy(importing=False)

    answer = browser.post("/transfer/", {"file": SimpleUploadedFile("a.json", b"[]")})

    assert "Upload and look" not in page_of(browser, "/transfer/")
    assert "Export everything" in page_of(browser, "/transfer/")
    assert answer.status_code == 422
    assert "cannot import" in answer.content.decode()
    assert not Import.objects.exists()


def test_models_for_groups_cost_a_page_at_most_one_query(browser, ada, talk, django_assert_max_num_queries):
    keep_for(make_group("zoologists", ada))
    browser.get(f"/c/{talk.public_id}/")

    with django_assert_max_num_queries(17):
        assert "not offered" not in page_of(browser, f"/c/{talk.public_id}/")
