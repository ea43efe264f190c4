"""The walls between the rooms: who may import whom. docs/architecture.md draws the same doors."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "conversations", "review")

# A room may import itself and these. Anything not listed is a wall.
DOORS = {
    "views": {"forms", "http", "access", "services", "streaming", "rendering", "models", "wiring", "bus"},
    "admin": {"services", "streaming", "wiring", "models"},
    "management": {"services", "streaming", "wiring", "models", "llm", "management", "rendering"},
    "templatetags": {"rendering"},
    "streaming": {"services", "models", "llm", "rendering", "bus", "wiring"},
    "services": {"models", "llm", "bus", "rendering"},
    "access": {"models"},
    "wiring": {"llm", "models"},
    "forms": {"services"},
    "http": set(),
    "bus": set(),
    "models": set(),
    "llm": set(),
    "rendering": set(),
    # What ties a page together for Django.
    "middleware": {"http", "services", "templatetags"},
    "context": {"wiring", "views"},
    "urls": {"views"},
    "apps": set(),
}
# A room that reaches the accounts app.
KNOW_PEOPLE = {"views", "admin", "management", "services", "access", "models", "context", "wiring"}
REVIEW_READS = {"models", "services", "access", "rendering"}
PURE = {
    "llm": {"httpx", "httpx_aiohttp", "aiohttp"},
    "rendering": {"django", "markdown_it", "mdit_py_plugins", "nh3", "pygments", "linkify_it"},
}


def python_files(app: str) -> list[Path]:
    return [path for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def imported(path: Path) -> Iterator[str]:
    """Every module that `path` imports, by its full name."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *(node.module.split(".") if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    """The room of a module of ours: "conversations.services.asking" stands in "services"."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def crossings(path: Path) -> Iterator[tuple[str, str]]:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for module in imported(path):
        if module.split(".")[0] in (*APPS, "chatsite", "tests"):
            yield name, module


def allowed(name: str, module: str) -> bool:
    app, other = name.partition(".")[0], module.partition(".")[0]
    mine, theirs = room(name), room(module)
    if app == other == "conversations":
        return theirs in {"", mine, *DOORS[mine]} or theirs not in DOORS
    if app == other:
        return True
    if app == "review":
        return other == "accounts" or (other == "conversations" and theirs in {"", *REVIEW_READS})
    if app == "conversations":
        return other == "accounts" and mine in KNOW_PEOPLE
    return False


@pytest.mark.parametrize("app", APPS)
def test_every_import_goes_through_a_door(app):
    broken = [
        f"{name} imports {module}"
        for path in python_files(app)
        for name, module in crossings(path)
        if not allowed(name, module)
    ]

    assert broken == []


@pytest.mark.parametrize("name", sorted(PURE))
def test_the_pure_rooms_import_nothing_but_their_libraries(name):
    import sys

    foreign = {
        module.split(".")[0]
        for path in python_files(f"conversations/{name}")
        for module in imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names and module.split(".")[0] != "conversations"
    }

    assert foreign <= PURE[name]


def test_every_room_of_the_chat_has_its_doors_drawn():
    rooms = {
        path.stem
        for path in (ROOT / "conversations").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert rooms - {"__init__", "migrations"} <= DOORS.keys()


def test_only_one_place_says_that_html_is_safe():
    places = [
        str(path.relative_to(ROOT))
        for app in (*APPS, "chatsite")
        for path in python_files(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "mark_safe"
    ]

    assert len(places) == 1
    assert places[0].startswith("conversations/rendering/")


def test_httpx_is_imported_by_the_api_client_alone():
    importers = {
        path.relative_to(ROOT).parts[1]
        for app in (*APPS, "chatsite")
        for path in python_files(app)
        if any(module.split(".")[0] in {"httpx", "aiohttp", "httpx_aiohttp"} for module in imported(path))
    }

    assert importers == {"llm"}


def test_templates_hold_no_script_no_style_and_trust_nothing():
    import re

    inline = re.compile(r"\sstyle=|\son[a-z]+=[\"']|<style|<script(?![^>]*\bsrc=)|\|\s*safe\b|autoescape off")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if (match := inline.search(path.read_text()))
    ]

    assert found == []
