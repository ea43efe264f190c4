"""Colour for closed code blocks: Pygments with short class names, within bounds."""

from functools import cache
from html import escape

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

MAX_CHARACTERS = 20_000
MAX_LINE = 2_000
_FORMATTER = HtmlFormatter(nowrap=True)
# What people ask a chat for. Each is tried against hostile text in the tests; any other label stays plain.
_LANGUAGES = frozenset(
    """apache awk bash bat c c# c++ cfg clojure cmake cmd console cpp cs csharp css cypher dart diff
    django docker dockerfile elixir elm erlang ex f# fish fortran fs fsharp go golang gql graphql
    groovy haskell hcl hs html http ini java javascript jinja jinja2 js json json5 jsonc jsonl jsx
    julia kotlin kt latex less lisp lua make makefile matlab md markdown nginx nim nix objc
    objective-c ocaml octave patch perl php pl postgres postgresql powershell properties proto
    protobuf ps1 py py3 pycon python python3 r rb rs ruby rust sass scala scheme scss sh shell shell-
    session sql sqlite3 svelte swift tcl terraform tex tf toml ts tsx typescript vb.net verilog vhdl
    vim vue xml yaml yml zig zsh""".split()  # noqa: SIM905 - a list that is read, not a column of a hundred lines
)
_ALIASES = {"jsonc": "json", "jsonl": "json", "svelte": "html", "vue": "html", "tsx": "ts", "jsx": "js"}


def highlighted(code: str, language: str) -> str:
    """Return `code` as HTML, coloured if it is short and its language known; its text never changes."""
    lexer = _lexer(language.lower()) if len(code) <= MAX_CHARACTERS else None
    if lexer is None or any(len(line) > MAX_LINE for line in code.split("\n")):
        return escape(code, quote=False)
    return str(pygments_highlight(code, lexer, _FORMATTER))


@cache
def _lexer(language: str) -> Lexer | None:
    if language not in _LANGUAGES:
        return None
    try:
        return get_lexer_by_name(_ALIASES.get(language, language), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
