"""The documents say what is true of the code, as far as a program can tell."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def settings_read() -> set[str]:
    code = (ROOT / "chatsite" / "settings.py").read_text()
    return set(re.findall(r'(?:\benv\.\w+|whole_number)\(\s*"([A-Z0-9_]+)"', code))


def settings_documented() -> set[str]:
    return set(
        re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    )


def settings_exemplified() -> set[str]:
    return set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_settings_are_found_in_the_code():
    assert {"SECRET_KEY", "DATABASE_URL", "LLM_SILENCE_LIMIT_S", "DATABASE_POOL_SIZE"} <= settings_read()


def test_every_setting_is_documented_and_every_documented_one_exists():
    assert settings_documented() == settings_read()


def test_the_example_file_names_every_setting_and_sets_none():
    assert settings_exemplified() == settings_read()
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    broken = []
    for link in LINK.findall(document.read_text()):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_readme_names_both_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme


def test_every_target_of_the_makefile_is_explained_by_make_help():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    assert set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)) == set(targets)


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
