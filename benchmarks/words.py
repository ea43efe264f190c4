"""What is said in the conversations that are measured: always the same, and compressible as prose is."""

import random

VOWELS, CONSONANTS = "aeiou", "bcdfglmnprstv"


class Writer:
    """Writes questions and answers in words of its own."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        vocabulary = random.Random(7)
        self._words = [self._word(vocabulary) for _ in range(1500)]
        # A few words are said often and most are rare, as in any language.
        self._weights = [1 / rank for rank in range(1, len(self._words) + 1)]

    @staticmethod
    def _word(source: random.Random) -> str:
        syllables = source.choices((1, 2, 3, 4), (4, 5, 3, 1))[0]
        return "".join(source.choice(CONSONANTS) + source.choice(VOWELS) for _ in range(syllables))

    def sentence(self, words: int) -> str:
        return " ".join(self._random.choices(self._words, self._weights, k=words)).capitalize()

    def question(self) -> str:
        return self.sentence(self._random.randint(6, 24)) + "?"

    def paragraph(self) -> str:
        return " ".join(self.sentence(self._random.randint(8, 18)) + "." for _ in range(3))

    def answer(self) -> str:
        """Return some 800 characters of Markdown: paragraphs, a list, and in every third answer code."""
        items = "\n".join(
            f"- **{self.sentence(1)}** {self.sentence(self._random.randint(5, 12))}" for _ in range(3)
        )
        parts = [self.paragraph(), items, self.paragraph()]
        if self._random.random() < 1 / 3:
            name, other = self.sentence(1).lower(), self.sentence(1).lower()
            parts.insert(2, f"```python\ndef {name}({other}: int) -> int:\n    return {other} * 2\n```")
        return "\n\n".join(parts)
