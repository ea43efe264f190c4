"""Make a branch fit the model's window. Pure: counts characters, never asks the database."""

from collections.abc import Sequence
from dataclasses import dataclass

# What the role and the marks around a message cost, in tokens.
TOKENS_AROUND_A_MESSAGE = 6
# Characters a token are an estimate: leave this share of the window free for its error.
MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class Window:
    """How many tokens a call may hold, and how many characters a token stands for."""

    tokens: int
    answer_tokens: int
    characters_per_token: float

    def estimate(self, characters: int) -> int:
        """Return how many tokens `characters` of one message take, about."""
        return int(characters / self.characters_per_token) + TOKENS_AROUND_A_MESSAGE

    @property
    def budget(self) -> int:
        """Tokens left for what is sent."""
        return max(0, int(self.tokens * (1 - MARGIN)) - self.answer_tokens)

    @property
    def characters(self) -> int:
        """As many characters as can be sent if nothing stood around them."""
        return int(self.budget * self.characters_per_token)


def first_kept(turns: Sequence[tuple[str, int]], *, system_characters: int, window: Window) -> int:
    """Return the index of the oldest of `turns` that still fits.

    `turns` are (role, characters), oldest first. Old turns leave first; the system prompt and the last
    turn never leave, and what is kept begins with a person's message.
    """
    left = window.budget - (window.estimate(system_characters) if system_characters else 0)
    kept = len(turns)
    for index in range(len(turns) - 1, -1, -1):
        role, characters = turns[index]
        left -= window.estimate(characters)
        if left < 0 and kept < len(turns):
            break
        if role == "user":
            kept = index
    return kept if kept < len(turns) else max(0, len(turns) - 1)


def refine(characters_per_token: float, *, characters: int, tokens: int) -> float:
    """Return the ratio after `characters` counted as `tokens`; a count that is far off changes nothing."""
    if tokens <= 0 or characters < 200:
        return characters_per_token
    seen = characters / tokens
    if not characters_per_token / 3 <= seen <= characters_per_token * 3:
        return characters_per_token
    return 0.8 * characters_per_token + 0.2 * seen
