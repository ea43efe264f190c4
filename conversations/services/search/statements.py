"""What a statement is put together from: conditions, each with its values."""

from collections.abc import Sequence

Value = str | int
Condition = tuple[str, Sequence[Value | list[int]]]
