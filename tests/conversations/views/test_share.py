"""Pages of sharing: made, listed, ended by the owner; opened by whoever may."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.models import Scope, Share, Status
from conversations.services.share_views import write_views
from tests.factories import add_answer, add_question, make_conversation, make_share, make_user

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(ada):
    return make_conversation(ada, "What do otters eat?", "**Fish**, mostly.", system_prompt="whispers")


def panel_of(talk) -> str:
    return reverse("conversations:share_conversation", args=[talk.public_id])


def link(share: Share) -> str:
    return reverse("conversations:show_share", args=[share.token])


def choices(talk, **changed):
    return {"scope": "people", "days": "7", "leaf": talk.leaf.public_id, **changed}


def test_the_top_of_a_conversation_leads_to_sharing_it(browser, talk):
    page = browser.get(reverse("conversations:show_conversation", args=[talk.public_id])).content.decode()

    assert panel_of(talk) in page


def test_the_page_says_what_a_link_shows(browser, talk):
    page = browser.get(panel_of(talk)).content.decode()

    assert "It does not show what comes later" in page
    assert "<html" in page
    assert "<html" not in browser.get(panel_of(talk), headers=HTMX).content.decode()


def test_a_link_is_made_and_shown(browser, talk):
    answer = browser.post(panel_of(talk), choices(talk))

    share = Share.objects.get()
    assert answer.url == f"{panel_of(talk)}#share-{share.public_id}"
    assert f"http://testserver{link(share)}" in browser.get(answer.url).content.decode()
    assert timedelta(days=7) - (share.expires_at - timezone.now()) < timedelta(minutes=1)


def test_htmx_gets_the_link_in_the_panel(browser, talk):
    answer = browser.post(panel_of(talk), choices(talk, days=""), headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"http://testserver{link(Share.objects.get())}" in page
    assert "<html" not in page
    assert "no end" in page


@pytest.mark.parametrize(
    "changed",
    [{"scope": "anyone"}, {"scope": "everybody"}, {"days": "9999"}, {"leaf": "forged"}, {"scope": ""}],
)
def test_what_the_site_does_not_offer_cannot_be_had(browser, talk, changed):
    for headers in ({}, HTMX):
        assert browser.post(panel_of(talk), choices(talk, **changed), headers=headers).status_code == 422
    assert not Share.objects.exists()


def test_a_page_that_fell_behind_is_told(browser, talk):
    stale = choices(talk)
    talk.move_to(add_answer(talk, add_question(talk, talk.leaf, "And my address?"), "I see."))

    plain, fragment = browser.post(panel_of(talk), stale), browser.post(panel_of(talk), stale, headers=HTMX)

    assert (plain.status_code, fragment.status_code) == (409, 422)
    assert "went on elsewhere" in plain.content.decode()
    assert "went on elsewhere" in fragment.content.decode()
    assert not Share.objects.exists()


def test_anyone_is_a_choice_only_where_the_site_allows_it(browser, talk, settings):
    assert 'value="anyone"' not in browser.get(panel_of(talk)).content.decode()
    settings.SHARE_SCOPE = "anyone"
    assert 'value="anyone"' in browser.get(panel_of(talk)).content.decode()
    browser.post(panel_of(talk), choices(talk, scope="anyone"))
    assert Share.objects.get().scope == Scope.ANYONE


def test_a_site_without_sharing_has_no_button_and_opens_no_link(browser, talk, settings):
    share = make_share(talk)
    settings.SHARE_SCOPE = "off"

    page = browser.get(reverse("conversations:show_conversation", args=[talk.public_id])).content.decode()
    assert panel_of(talk) not in page
    assert browser.get(panel_of(talk)).status_code == 404
    assert browser.post(panel_of(talk), choices(talk)).status_code == 404
    assert browser.get(link(share)).status_code == 404
    assert "switched off" in browser.get("/shares/").content.decode()


def test_a_colleague_reads_what_was_shared_and_nothing_more(stranger, talk):
    share = make_share(talk)
    add_answer(talk, talk.leaf.parent, "Crabs.")
    talk.move_to(add_answer(talk, add_question(talk, talk.leaf, "And my address?"), "I see."))

    page = stranger.get(link(share)).content.decode()

    assert "What do otters eat?" in page
    assert "<strong>Fish</strong>, mostly." in page
    assert re.search(r"Shared by <bdi>ada</bdi> on <time[^>]*>\d+ \w+ \d{4}</time>", page)
    for secret in ("my address", "Crabs", "whispers", "Version", "sidebar", "<form", "data-stream"):
        assert secret not in page, secret


def test_the_full_name_is_shown_and_not_the_one_to_sign_in_with(stranger, talk, ada):
    ada.first_name, ada.last_name = "Augusta", "King"
    ada.save()

    page = stranger.get(link(make_share(talk))).content.decode()

    assert "Augusta King" in page
    assert not re.search(r"\bada\b", page)  # as a word: ids are hexadecimal


def test_who_is_not_signed_in_is_led_to_the_login_page_and_back(talk):
    share = make_share(talk)

    response = Client().get(link(share))

    assert response.status_code == 302
    assert response.url == f"/accounts/login/?next={link(share)}"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_for_anyone_opens_for_anyone_where_the_site_allows_it(talk, settings):
    share = make_share(talk, scope=Scope.ANYONE)

    assert Client().get(link(share)).status_code == 302
    settings.SHARE_SCOPE = "anyone"
    page = Client().get(link(share))
    assert page.status_code == 200
    assert "What do otters eat?" in page.content.decode()
    assert "sessionid" not in page.cookies


def test_the_page_is_kept_out_of_indexes_caches_and_referrers(stranger, talk):
    response = stranger.get(link(make_share(talk)))

    page = response.content.decode()
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert 'name="robots" content="noindex' in page
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert 'name="referrer" content="no-referrer"' in page
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]


@pytest.fixture
def closed_doors(talk, ada) -> dict[str, str]:
    """A link of every kind that does not open any more, and some that never did."""
    now = timezone.now()
    carl = make_user("carl", is_active=False)
    shares = {
        "revoked": make_share(talk, revoked_at=now),
        "expired": make_share(talk, expires_at=now - timedelta(seconds=1)),
        "deleted": make_share(make_conversation(ada, "Gone", "Gone.", deleted_at=now)),
        "closed": make_share(make_conversation(carl, "Closed", "Closed.")),
    }
    unknown = {"unknown": "x" * 43, "short": "x", "long": "x" * 5000, "nul": "%00" * 43, "odd": "é" * 43}
    return {name: link(share) for name, share in shares.items()} | {
        name: f"/s/{token}/" for name, token in unknown.items()
    }


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_link_that_does_not_open_answers_alike(closed_doors, stranger, signed_in, settings):
    settings.SHARE_SCOPE = "anyone"
    visitor = stranger if signed_in else Client()

    answers = [visitor.get(address) for address in closed_doors.values()]

    assert {answer.status_code for answer in answers} == {404}
    assert len({without_token(answer.content.decode()) for answer in answers}) == 1
    assert len({tuple(sorted(answer.items())) for answer in answers}) == 1


def without_token(page: str) -> str:
    return re.sub(r'csrf-token" content="\w+"', "", page)


def test_others_are_counted_and_the_owner_is_not(browser, stranger, talk, settings):
    settings.SHARE_SCOPE = "anyone"
    share = make_share(talk, scope=Scope.ANYONE)
    assert "Your own visits are not counted" in browser.get(link(share)).content.decode()
    stranger.get(link(share))
    stranger.head(link(share))
    stranger.get(link(share), headers={"Sec-Purpose": "prefetch;prerender"})
    Client().get(link(share))
    write_views()

    share.refresh_from_db()
    assert share.views == 2
    assert "opened 2 times" in browser.get("/shares/").content.decode()


def test_my_links_are_listed_with_what_they_lead_to(browser, stranger, talk):
    share = make_share(talk, title="Otters & <b>more</b>")
    expired = make_share(talk, expires_at=timezone.now() - timedelta(days=1))

    page = browser.get("/shares/").content.decode()

    assert "Otters &amp; &lt;b&gt;more" in page
    assert link(share) in page
    assert link(expired) not in page
    assert "expired" in page
    assert "will stand here" in stranger.get("/shares/").content.decode()


def test_the_list_is_paged_and_costs_the_same(browser, talk, django_assert_max_num_queries):
    shares = [make_share(talk) for _ in range(60)]
    assert browser.get("/help/keys/").status_code == 200  # asks what holds for seconds

    with django_assert_max_num_queries(6):
        page = browser.get("/shares/").content.decode()
    assert page.count('class="share-link"') == 50
    older = re.search(r'href="(/shares/\?before=\d+)"', page)[1]
    assert link(shares[0]) in browser.get(older).content.decode()
    for nonsense in ("x", "-1", "9" * 40, "²"):
        assert browser.get("/shares/", {"before": nonsense}).status_code == 200


def test_a_revoked_link_opens_no_more(browser, stranger, talk):
    for headers in ({}, HTMX):
        share = make_share(talk)
        assert stranger.get(link(share)).status_code == 200
        answer = browser.post(
            reverse("conversations:revoke_share", args=[share.public_id]), headers=headers, follow=True
        )
        assert "does not open any more" in answer.content.decode()
        assert stranger.get(link(share)).status_code == 404
        assert link(share) not in browser.get("/shares/").content.decode()


def test_a_stranger_neither_makes_nor_ends_links(stranger, talk):
    share = make_share(talk)

    assert stranger.get(panel_of(talk)).status_code == 404
    assert stranger.post(panel_of(talk), choices(talk)).status_code == 404
    for public_id in (share.public_id, uuid4()):
        address = reverse("conversations:revoke_share", args=[public_id])
        assert stranger.post(address).status_code == 404
    assert list(Share.objects.living()) == [share]


def test_a_page_behind_a_link_costs_the_same_however_long(ada, stranger, django_assert_max_num_queries):
    short = make_share(make_conversation(ada, "Hi", "Ho"))
    long = make_share(make_conversation(ada, *["Hi", "Ho"] * 30))
    for share in (short, long):
        with django_assert_max_num_queries(6):
            stranger.get(link(share))


def test_an_answer_that_broke_off_says_so_and_offers_nothing(ada, stranger):
    talk = make_conversation(ada, "What do otters eat?")
    talk.move_to(add_answer(talk, talk.leaf, "Fish and", status=Status.INTERRUPTED, problem="broken_off"))

    page = stranger.get(link(make_share(talk))).content.decode()

    assert "The answer broke off" in page
    assert "Retry" not in page


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\u202eoffer", "ماذا", "x" * 120])
def test_titles_and_words_are_strangers_to_the_page(ada, stranger, words):
    page = stranger.get(link(make_share(make_conversation(ada, words, words), title=words))).content.decode()

    assert "<script>alert" not in page
