"""Calls of functions that arrive in pieces."""

from dataclasses import dataclass, field

from .text import clean, clean_word
from .types import ToolCall

CALLS_AT_MOST = 128


@dataclass(slots=True)
class _Call:
    id: object = ""
    name: object = ""
    arguments: list[str] = field(default_factory=list)


class ToolReader:
    """Gather fragments by their index; id and name stand only in the first, arguments are joined."""

    def __init__(self, chars: int) -> None:
        self._chars_left = chars
        self._calls: dict[int, _Call] = {}

    def read(self, fragments: object) -> bool:
        """Take the `tool_calls` of a delta or a message; False once they are over the limit."""
        for position, fragment in enumerate(fragments if isinstance(fragments, list) else ()):
            if not isinstance(fragment, dict):
                continue
            index = fragment.get("index")
            call = self._calls.setdefault(index if type(index) is int else position, _Call())
            function = fragment.get("function")
            function = function if isinstance(function, dict) else {}
            call.id = call.id or fragment.get("id")
            call.name = call.name or function.get("name")
            arguments = function.get("arguments")
            if isinstance(arguments, str):
                call.arguments.append(arguments)
                self._chars_left -= len(arguments)
            if self._chars_left < 0 or len(self._calls) > CALLS_AT_MOST:
                return False
        return True

    def calls(self) -> tuple[ToolCall, ...]:
        """Return the calls in the order of their index, arguments as the model wrote them."""
        return tuple(
            ToolCall(clean_word(call.id), clean_word(call.name), clean("".join(call.arguments)))
            for _, call in sorted(self._calls.items())
        )
