"""Everything that people read can be translated, and is: in each language, completely."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.formats import get_format

from tools import messages

ROOT = messages.ROOT
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdg]|%%|(?<!\{)\{\w+\}(?!\})|<[^>]*>")
REFUSALS = {"Refusal", "Conflict", "Unavailable", "TooMany", "ValidationError", "Unreadable"}
LABELS = {"label", "help_text", "heading", "verbose_name", "verbose_name_plural", "empty_label"}
# The page of patterns is for ourselves; the button's file is all tags, and begins with a word to a tool.
NOT_READ = {"patterns.html", "patterns.py", "button.html", "button__entrance.html"}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_all_that_the_site_says_and_nothing_else(language):
    there = messages.read_po(messages.catalogue(language).read_text())
    wanted = messages.wanted()

    assert [key for key in wanted if key not in there or not there[key].is_complete] == [], (
        "Run `python -m tools.messages`, and write what is missing."
    )
    assert [key for key in there if key not in wanted] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_what_is_put_into_its_sentence(language):
    for (one, many), entry in messages.read_po(messages.catalogue(language).read_text()).items():
        for form in entry.forms:
            kept = sorted(PLACEHOLDER.findall(form))
            assert kept in (sorted(PLACEHOLDER.findall(one)), sorted(PLACEHOLDER.findall(many or one))), one


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_site_reads_is_what_people_edit(language):
    path = messages.catalogue(language)
    entries = messages.read_po(path.read_text())

    assert path.with_suffix(".mo").read_bytes() == messages.compile_mo(language, entries)
    assert messages.write_po(language, entries).count("msgid ") == path.read_text().count("msgid ")


def test_a_compiled_catalogue_is_one_that_python_reads():
    entries = {
        ("One otter", ""): messages.Entry(["Ein Otter"]),
        ("%d otter", "%d otters"): messages.Entry(["%d Otter", "%d Öttre"]),
    }

    read = gettext.GNUTranslations(io.BytesIO(messages.compile_mo("de", entries)))

    assert read.gettext("One otter") == "Ein Otter"
    assert [read.ngettext("%d otter", "%d otters", count) for count in (1, 2)] == ["%d Otter", "%d Öttre"]


def test_a_catalogue_is_read_as_it_was_written():
    entries = {
        ('A "word"\n and \\ more', ""): messages.Entry(['Ein „Wort“\n und \\ "mehr"'], ["a.py", "b.html"]),
        ("%d otter", "%d otters"): messages.Entry(["%d Otter", "%d Otter"], ["c.js"]),
    }
    read = messages.read_po(messages.write_po("de", entries))

    assert {key: entry.forms for key, entry in read.items()} == {
        key: entry.forms for key, entry in entries.items()
    }


def test_a_fuzzy_entry_is_none():
    with pytest.raises(ValueError, match="fuzzy"):
        messages.read_po('#, fuzzy\nmsgid "Otter"\nmsgstr "Fischotter"\n')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_word_of_a_template_stands_outside_of_a_translation(path):
    if path.name in NOT_READ:
        return
    assert list(bare_words(path.read_text())) == []


def test_the_scan_finds_what_was_forgotten():
    assert list(
        bare_words('<p title="Otters">Urchins {{ one }}</p>{% translate "Crabs" %}<code>a.py</code>')
    ) == [
        "Otters",
        "Urchins",
    ]


def bare_words(source: str) -> Iterator[str]:
    """Every text and every label in `source` that nothing translates."""
    source = re.sub(r"\{#.*?#\}", "", source)
    for name in ("blocktranslate", "comment"):
        source = re.sub(rf"\{{% {name}\b.*?%\}}.*?\{{% end{name} %\}}", "", source, flags=re.DOTALL)
    source = re.sub(
        r"\{% block (?:body|sheet)_class %\}.*?\{% endblock %\}|&\w+;", "", source, flags=re.DOTALL
    )
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\0", source, flags=re.DOTALL)
    source = re.sub(r"<(code|kbd|script)\b.*?</\1>", "", source, flags=re.DOTALL)
    for label in re.findall(r'\b(?:title|aria-label|placeholder|alt|data-counts)="([^"]*)"', source):
        if re.search(r"[A-Za-z]{2}", label):
            yield label
    for text in re.split(r"\0|<[^<>]*>", source):
        if re.search(r"[A-Za-z]{2}", text) and text.strip() not in WORDS_OF_NO_LANGUAGE:
            yield text.strip()


WORDS_OF_NO_LANGUAGE = {"same-origin", "no-referrer"}


def test_no_sentence_of_ours_is_said_untranslated():
    """What is refused, and what stands beside a field."""
    found = []
    for app in messages.APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if {"migrations", "management"} & set(path.parts) or path.name in NOT_READ:
                continue
            found += [f"{path.relative_to(ROOT)}:{line}" for line in plain_sentences(path.read_text())]
    assert found == []


def plain_sentences(source: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            said = [keyword.value for keyword in node.keywords if keyword.arg in LABELS]
            said += node.args[:1] if name in REFUSALS else []
        elif isinstance(node, ast.ClassDef) and any(
            getattr(base, "attr", "") == "TextChoices" for base in node.bases
        ):
            said = [
                row.value.elts[-1]
                for row in node.body
                if isinstance(row, ast.Assign) and isinstance(row.value, ast.Tuple)
            ]
        else:
            continue
        yield from (
            value.lineno
            for value in said
            if isinstance(value, ast.JoinedStr)
            or (isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value)
        )


def test_no_script_says_a_sentence_of_its_own():
    says = re.compile(
        r"""\b(?:say|announce|lost|show)\(["`]|(?:textContent|ariaLabel|title|placeholder) = ["`][^"`]"""
    )
    scripts = {path.name: path.read_text() for path in sorted((ROOT / "static" / "js").glob("*.js"))}
    found = {
        name: [line for line in text.splitlines() if says.search(line)] for name, text in scripts.items()
    }
    assert {name: lines for name, lines in found.items() if lines} == ALLOWED_IN_SCRIPTS


ALLOWED_IN_SCRIPTS = {
    "noticepanel.js": ['  say("")'],
    "variables.js": ['  dialog.querySelector("h2").textContent = `/${title}`'],
}


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
@pytest.mark.parametrize(
    "name",
    [
        "LONG_DATE_FORMAT",
        "LONG_DATETIME_FORMAT",
        "SHORT_MONTH_DAY_FORMAT",
        "EXACT_DATETIME_FORMAT",
        "SHORT_DAY_FORMAT",
        "LONG_DAY_FORMAT",
    ],
)
def test_each_language_writes_the_dates_of_the_site(language, name):
    assert get_format(name, lang=language) != name
    assert (ROOT / "chatsite" / "formats" / language / "formats.py").is_file()


def test_a_language_that_is_offered_has_its_catalogue():
    folders = {path.name for path in (ROOT / "locale").iterdir()}
    assert folders == set(OTHERS)


def test_the_places_of_a_sentence_are_told():
    places = messages.wanted()["Rename", ""]
    assert all(Path(ROOT / place).is_file() for place in places)
