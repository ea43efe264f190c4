"""From settings to what they describe: the only reader of the LLM_* settings."""

from django.conf import settings

from .llm.client import LLMClient
from .llm.types import Dialect, Limits
from .models import ChatModel, Conversation, Kind
from .models.chat_model import readable_name

# Families of request schemas (aimlapi's documentation of each model); all others speak OpenAI's.
ANTHROPIC_SHAPED = {
    *("claude-sonnet-4.5", "claude-sonnet-4-5", "claude-sonnet-4.6", "claude-sonnet-4-6"),
    *("claude-haiku-4.5", "claude-haiku-4-5", "claude-opus-4.1", "claude-opus-4-1"),
    *("claude-opus-4-5", "claude-opus-4-6", "claude-opus-4-7"),
}
EITHER = {"claude-opus-4-8", "claude-fable-5", "claude-sonnet-5", "claude-opus-5"}


def build_client() -> LLMClient:
    """Return the client that the settings describe; whoever asks for it closes it."""
    return LLMClient(
        settings.LLM_BASE_URL,
        settings.LLM_API_KEY,
        limits=limits(),
        transport=settings.LLM_TRANSPORT,
        max_connections=settings.ANSWERS_AT_ONCE + 10,
    )


def limits() -> Limits:
    return Limits(
        connect_s=settings.LLM_CONNECT_LIMIT_S,
        first_text_s=settings.LLM_FIRST_TEXT_LIMIT_S,
        silence_s=settings.LLM_SILENCE_LIMIT_S,
        answer_s=settings.LLM_ANSWER_LIMIT_S,
        finish_linger_s=settings.LLM_FINISH_LINGER_S,
        line_bytes=settings.LLM_LINE_BYTES,
        answer_chars=settings.LLM_ANSWER_CHARACTERS,
        error_body_bytes=settings.LLM_ERROR_BODY_BYTES,
        retry_after_s=settings.LLM_RETRY_AFTER_S,
        retry_within_s=settings.LLM_RETRY_WITHIN_S,
    )


def current_model() -> ChatModel:
    """Return the model that new questions go to, adding its row when it is met for the first time."""
    model, _ = ChatModel.objects.get_or_create(
        name=settings.LLM_MODEL,
        defaults={
            "label": readable_name(settings.LLM_MODEL),
            "dialect": dialect(settings.LLM_MODEL),
            "context_window": settings.LLM_CONTEXT_WINDOW,
            "output_limit": settings.LLM_MAX_TOKENS,
        },
    )
    return model


def next_model(conversation: Conversation) -> ChatModel:
    """Return the model that the next question of `conversation` goes to."""
    model = conversation.model
    return model if model.name == settings.LLM_MODEL else current_model()


def dialect(model: str) -> Dialect:
    name = model.rsplit("/", 1)[-1]
    if name in ANTHROPIC_SHAPED:
        return "anthropic"
    if name in EITHER or (name.startswith("claude-") and name.endswith("-latest")):
        return "both"
    return "openai"


def takes(model: ChatModel) -> frozenset[Kind]:
    """Return the kinds of files that `model` can use: as LLM_TAKES says, else all if Claude, else text."""
    if settings.LLM_TAKES:
        return frozenset(Kind(kind) for kind in settings.LLM_TAKES)
    if model.name.rsplit("/", 1)[-1].startswith("claude"):
        return frozenset(Kind)
    return frozenset({Kind.TEXT})


def system_prompt() -> str:
    return str(settings.LLM_SYSTEM_PROMPT)


def stand_in() -> str:
    """Return a sentence about the model when it is not one to rely on, or nothing."""
    if settings.LLM_MODEL == "scripted-stand-in":
        return "No model is set up: a script answers, not a model."
    if settings.LLM_LOCAL:
        return (
            f"{settings.LLM_MODEL}, a very small model on this machine, answers. Do not rely on what it says."
        )
    return ""
