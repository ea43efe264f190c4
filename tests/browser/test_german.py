"""A person whose language is German signs in, asks, stops, edits and finds: nothing is left in English."""

import re

from django.utils.translation import to_locale
from playwright.sync_api import Page, expect

from conversations.management.local_model import ROOT
from tests.served.people import PASSWORD

from .chat import answer, answers, expect_status, own, rewrite, rows, send, words
from .test_axe import violations

# Everything that is shown or read aloud, piece by piece as it stands in the page.
SAID = """() => {
  const said = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest("script, style, noscript, [data-text]")) {
      said.push(walker.currentNode.data)
    }
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    said.push(...["aria-label", "title", "placeholder", "alt"].map((one) => element.getAttribute(one) ?? ""))
  }
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter((text) => text)
}"""
MODEL = "model"  # what the model of the walks is called
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n)+)', re.MULTILINE)


def english_only() -> set[str]:
    """Return the sentences of the catalogue that German says otherwise."""
    catalogue = (ROOT / "locale" / to_locale("de") / "LC_MESSAGES" / "django.po").read_text()
    pairs = [
        tuple("".join(re.findall(r'"(.*)"', part)) for part in found) for found in ENTRY.findall(catalogue)
    ]
    german = {said for _, said in pairs}
    return {english for english, said in pairs if english and english != said} - german - {MODEL}


def left_in_english(page: Page) -> list[str]:
    expect(page.locator("html")).to_have_attribute("lang", "de")
    foreign = english_only()
    assert len(foreign) > 500
    return [f"{page.url}: {said}" for said in page.evaluate(SAID) if said in foreign]


def test_who_speaks_german_reads_no_english(visit, upstream, site):
    ada = visit(signed_in=False, bypass_csp=True, reduced_motion="reduce", locale="de-DE")
    person = site.person()
    page = ada.open("/accounts/login/")
    found = left_in_english(page) + violations(page)
    page.get_by_label("Benutzername oder E-Mail").fill(person.name)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".new__greeting")).to_contain_text(f"Hallo, {person.name}.")
    found += left_in_english(page) + violations(page)

    told = upstream.tells("Was fressen Otter?", "Fische ")
    send(page, "Was fressen Otter?")
    expect(words(page)).to_have_text("Fische")
    found += left_in_english(page)
    told.say("und Krebse.")
    expect(words(page)).to_have_text("Fische und Krebse.")
    page.get_by_role("button", name="Antwort anhalten").click()
    expect_status(page, "stopped")
    expect(page.locator("[data-announce]")).not_to_be_empty()
    found += left_in_english(page) + violations(page)

    upstream.says("Was fressen Seeotter?", "Seeigel.")
    own(page).get_by_role("link", name="Diese Nachricht bearbeiten").click()
    rewrite(page, "Was fressen Seeotter?")
    page.locator("[data-message-edit]").get_by_role("button", name="Senden").click()
    expect(words(page)).to_have_text("Seeigel.")
    expect_status(page, "done")
    expect(answers(page)).to_have_count(1)
    found += left_in_english(page)
    answer(page).get_by_role("button", name="Mehr zu dieser Nachricht").click()
    expect(answer(page).locator(".menu:popover-open form").first).to_be_visible()
    found += left_in_english(page)
    page.keyboard.press("Escape")

    expect(rows(page)).to_have_count(1)
    page.goto("/search/?q=Seeigel")
    expect(page.locator("#results mark")).to_have_text("Seeigel")
    found += left_in_english(page) + violations(page)
    page.goto("/accounts/")
    found += left_in_english(page)
    assert not found, "\n".join(found)
