"""From settings to what they describe: the only reader of the LLM_* settings."""

from time import monotonic

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from .llm.abilities import dialect_of, is_claude, sees
from .llm.catalogue import Catalogue
from .llm.catalogue import fetch_catalogue as fetch
from .llm.client import LLMClient
from .llm.types import Limits
from .models import ChatModel, Conversation, Kind
from .models.chat_model import readable_name


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
            "position": 1,
            "dialect": dialect_of(settings.LLM_MODEL),
            "context_window": settings.LLM_CONTEXT_WINDOW,
            "output_limit": settings.LLM_MAX_TOKENS,
            "caches_prompts": is_claude(settings.LLM_MODEL),
        },
    )
    return model


def usual_model(name: str) -> ChatModel:
    """Return the model `name`, which somebody prefers, while it is offered; else the site's."""
    return (name and offered_models().filter(name=name).first()) or current_model()


def offered_models() -> QuerySet[ChatModel]:
    """Return what people may choose, in the order in which it is shown."""
    return ChatModel.objects.offered(settings.LLM_MODEL)


class Choice:
    """Whether there is more than one model to choose from, as of the last second: every page asks."""

    fresh_s = 1.0

    def __init__(self) -> None:
        self._until = 0.0
        self._several = False

    def is_there(self) -> bool:
        if monotonic() >= self._until:
            self._several = len(offered_models().values_list("pk")[:2]) > 1
            self._until = monotonic() + self.fresh_s
        return self._several

    def forget(self) -> None:
        self._until = 0.0


choice = Choice()


def is_offered(model: ChatModel) -> bool:
    """Whether people may choose `model`, as far as its row tells."""
    return model.name == settings.LLM_MODEL or (model.is_offered and not model.is_gone)


def next_model(conversation: Conversation) -> ChatModel:
    """Return the model that the next question of `conversation` goes to: its own while that is offered."""
    return conversation.model if is_offered(conversation.model) else current_model()


def fetch_catalogue() -> Catalogue:
    """Return the models that the provider lists; raise LLMError."""
    return fetch(settings.LLM_BASE_URL, settings.LLM_API_KEY)


def takes(model: ChatModel) -> frozenset[Kind]:
    """Return the kinds of files that `model` can use: the site's own as LLM_TAKES says, others as their row.

    A row that says nothing leaves it to the name of the model.
    """
    if settings.LLM_TAKES and model.name == settings.LLM_MODEL:
        return frozenset(Kind(kind) for kind in settings.LLM_TAKES)
    told = {Kind.IMAGE: model.takes_images, Kind.PDF: model.takes_files, Kind.TEXT: True}
    return frozenset(kind for kind, can in told.items() if (sees(model.name) if can is None else can))


def system_prompt() -> str:
    return str(settings.LLM_SYSTEM_PROMPT)


def stand_in() -> str:
    """Return a sentence about the model when it is not one to rely on, or nothing."""
    if settings.LLM_MODEL == "scripted-stand-in":
        return _("No model is set up: a script answers, not a model.")
    if settings.LLM_LOCAL:
        return _("%(model)s, a very small model on this machine, answers. Do not rely on what it says.") % {
            "model": settings.LLM_MODEL
        }
    return ""
