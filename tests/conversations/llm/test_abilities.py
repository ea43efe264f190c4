"""What a model takes, by its name: the three families of one address."""

import pytest

from conversations.llm.abilities import dialect_of, efforts_of, ranges_of


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        ("anthropic/claude-sonnet-4", "openai"),
        ("anthropic/claude-opus-4", "openai"),
        ("anthropic/claude-3-haiku", "openai"),
        ("anthropic/claude-opus-4.8-fast", "openai"),
        ("anthropic/claude-sonnet-4.5", "anthropic"),
        ("anthropic/claude-sonnet-4-6", "anthropic"),
        ("anthropic/claude-opus-4.1", "anthropic"),
        ("anthropic/claude-opus-4-7", "anthropic"),
        ("anthropic/claude-opus-4-8", "both"),
        ("anthropic/claude-sonnet-5", "both"),
        ("anthropic/claude-opus-5.5", "both"),
        ("anthropic/claude-haiku-5-5", "both"),
        ("anthropic/claude-sonnet-latest", "both"),
        ("openai/gpt-4o", "openai"),
        ("SmolLM2-135M", "openai"),
    ],
)
def test_the_dialect_follows_the_family(model, dialect):
    assert dialect_of(model) == dialect


def test_only_what_a_family_takes_has_a_range():
    assert ranges_of("anthropic/claude-sonnet-4", "openai") == {"temperature": (0, 1), "top_p": (0.01, 1)}
    assert ranges_of("anthropic/claude-sonnet-4.6", "anthropic") == {"temperature": (0, 1), "top_p": (0, 1)}
    assert ranges_of("openai/gpt-4o", "openai")["temperature"] == (0, 2)
    for model in ("anthropic/claude-sonnet-5", "anthropic/claude-opus-4.7", "openai/o3", "openai/gpt-5-mini"):
        assert ranges_of(model, dialect_of(model)) == {}


def test_who_thinks():
    assert efforts_of("anthropic/claude-sonnet-4") == ("low", "medium", "high")
    assert efforts_of("openai/o3") == ("low", "medium", "high")
    for model in ("anthropic/claude-3-haiku", "openai/gpt-4o", "SmolLM2-135M", "llama-3"):
        assert efforts_of(model) == ()
