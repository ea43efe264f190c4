"""Bring the catalogues of the languages up to date and tell what is missing: python -m tools.messages.

It needs no programs of gettext: Django reads its templates itself, Python its own source, and what the
scripts say is said through t(). A .po is what people edit; the .mo beside it, which the site reads, is made
of it here.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "chatsite", "conversations", "review")
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
MANY = {"ngettext", "ngettext_lazy"}
STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
IN_TEMPLATES = re.compile(
    rf"\b([np]?)gettext\(u?({STRING})(?:, ?u?({STRING}))?",
    re.DOTALL,
)
HEADER = "Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
HEADER += "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
CONTEXT = "\x04"  # stands between what a word is and the word, as in a .mo
Key = tuple[str, str]  # a sentence and, where it counts something, its plural


@dataclass(slots=True)
class Entry:
    """What a sentence is in another language; one form, or one for each number that the language knows."""

    forms: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return bool(self.forms) and all(self.forms)


def in_python(source: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        said = [
            arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if name in ONE and said:
            yield said[0], ""
        elif name in MANY and len(said) == 2:
            yield said[0], said[1]


def in_template(source: str) -> Iterator[Key]:
    from django.utils.translation.template import templatize

    said = templatize(source)
    if "npgettext" in said:
        raise ValueError("A sentence that counts something has no context here.")
    for kind, *texts in IN_TEMPLATES.findall(said):
        one, other = (ast.literal_eval(text) if text else "" for text in texts)
        yield (f"{one}{CONTEXT}{other}", "") if kind == "p" else (one, other if kind else "")


def wanted() -> dict[Key, list[str]]:
    """Return every sentence of the site that people read, with the files that say it."""
    from conversations.templatetags.words import said_in

    found: dict[Key, list[str]] = {}
    sources = [
        path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts
    ]
    sources += [path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in (".html", ".txt")]
    sources += sorted((ROOT / "static" / "js").glob("*.js"))
    for path in sources:
        source = path.read_text()
        if path.suffix == ".py":
            keys = list(in_python(source))
        elif path.suffix == ".js":
            keys = [(sentence, "") for sentence in said_in(source)]
        else:
            keys = list(in_template(source))
        place = str(path.relative_to(ROOT))
        for key in keys:
            if key[0]:
                found.setdefault(key, [])
                if place not in found[key]:
                    found[key].append(place)
    return found


def quoted(text: str) -> str:
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    )


def read_po(text: str) -> dict[Key, Entry]:
    """Return the entries of a .po, without its header; raise ValueError for what is not understood."""
    entries: dict[Key, Entry] = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                if line.startswith("#,") and "fuzzy" in line:
                    raise ValueError(f"a fuzzy entry: {block}")
                continue
            match = re.fullmatch(r'(?:(msg\w+(?:\[\d\])?) )?(".*")', line)
            if match is None:
                raise ValueError(f"not understood: {line}")
            name = match[1] or name
            fields[name] = fields.get(name, "") + ast.literal_eval(match[2])
        if fields.get("msgid"):
            context = f"{fields['msgctxt']}{CONTEXT}" if "msgctxt" in fields else ""
            key = context + fields["msgid"], fields.get("msgid_plural", "")
            entries[key] = Entry([fields[name] for name in sorted(fields) if name.startswith("msgstr")])
    return entries


def write_po(language: str, entries: dict[Key, Entry]) -> str:
    blocks = [
        'msgid ""\nmsgstr ""\n' + "\n".join(quoted(line + "\n") for line in header(language).splitlines())
    ]
    for (one, many), entry in sorted(entries.items(), key=lambda item: (item[1].places, item[0])):
        lines = [f"#: {place}" for place in entry.places]
        context, _separator, sentence = one.rpartition(CONTEXT)
        if context:
            lines.append(f"msgctxt {quoted(context)}")
        lines.append(f"msgid {quoted(sentence)}")
        if many:
            forms = entry.forms or ["", ""]
            lines.append(f"msgid_plural {quoted(many)}")
            lines += [f"msgstr[{number}] {quoted(form)}" for number, form in enumerate(forms)]
        else:
            lines.append(f"msgstr {quoted(entry.forms[0] if entry.forms else '')}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def header(language: str) -> str:
    return HEADER.format(language=language)


def compile_mo(language: str, entries: dict[Key, Entry]) -> bytes:
    """Return what Python's gettext reads: the complete entries alone, in the order of their bytes."""
    said = {"": header(language)}
    for (one, many), entry in entries.items():
        if entry.is_complete:
            said[f"{one}\0{many}" if many else one] = "\0".join(entry.forms)
    pairs = sorted((key.encode(), value.encode()) for key, value in said.items())
    count = len(pairs)
    keys_at, values_at, at = 28, 28 + 8 * count, 28 + 16 * count
    tables: list[list[int]] = [[], []]
    data = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += [len(pair[side]), at + len(data)]
            data += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, keys_at, values_at, 0, 28 + 16 * count)
    return head + struct.pack(f"<{4 * count}I", *tables[0], *tables[1]) + data


def catalogue(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def update(language: str) -> list[Key]:
    """Write the catalogue of `language` with what the site says now; return what is missing in it."""
    path = catalogue(language)
    known = read_po(path.read_text()) if path.is_file() else {}
    entries = {
        key: Entry(known[key].forms if key in known else [], places) for key, places in wanted().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_po(language, entries))
    path.with_suffix(".mo").write_bytes(compile_mo(language, entries))
    return [key for key, entry in entries.items() if not entry.is_complete]


def main() -> int:
    import django
    from django.conf import settings

    django.setup()
    lacking = 0
    for language in [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]:
        missing = update(language)
        lacking += len(missing)
        sys.stdout.write("".join(f"{language}: {one.rpartition(CONTEXT)[2]}\n" for one, _many in missing))
        sys.stdout.write(f"{language}: {len(missing)} sentences are missing in {catalogue(language)}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    sys.exit(main())
