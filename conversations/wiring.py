"""From settings to what they describe: the only reader of the LLM_* settings."""

from decimal import Decimal
from time import monotonic

from django.conf import settings
from django.db.models import Exists, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import User

from .llm.abilities import dialect_of, is_claude, sees
from .llm.catalogue import Catalogue
from .llm.catalogue import fetch_catalogue as fetch
from .llm.client import LLMClient
from .llm.types import CallLimits
from .models import ChatModel, Conversation, Kind, Policy
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


def limits() -> CallLimits:
    return CallLimits(
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
            # What runs on this machine costs nothing; of others the list of their provider tells.
            **({"input_price": 0, "output_price": 0} if settings.LLM_LOCAL else {}),
        },
    )
    if settings.LLM_LOCAL and model.input_price is None and "input_price" not in model.set_by_hand:
        model.input_price = model.output_price = Decimal(0)  # its row is older than that
        model.save(update_fields=["input_price", "output_price"])
    return model


def offered_models(person: User) -> QuerySet[ChatModel]:
    """Return what `person` may choose, in the order in which it is shown."""
    return ChatModel.objects.offered(settings.LLM_MODEL).usable_by(person)


class Choice:
    """What every page asks, as of the last second: who may choose what, and whether there are policies."""

    fresh_s = 1.0

    def __init__(self) -> None:
        self._until = 0.0
        self._groups: dict[int, set[int]] = {}
        self._has_policies = False

    def is_there(self, person: User) -> bool:
        """Whether `person` has more than one model to choose from."""
        self._look()
        return sum(self.is_for(person, pk) for pk in list(self._groups)) > 1

    def is_for(self, person: User, pk: int) -> bool:
        """Whether the model `pk`, if it is offered, is not kept for groups that `person` is none of.

        It asks for the groups of `person` only where a model is kept for some.
        """
        self._look()
        groups = self._groups.get(pk)
        return not groups or not groups.isdisjoint(groups_of(person))

    def has_policies(self) -> bool:
        """Whether anything at all is said of anybody."""
        self._look()
        return self._has_policies

    def _look(self) -> None:
        if monotonic() < self._until:
            return
        has_policies = Exists(Policy.objects.order_by())
        rows = ChatModel.objects.offered(settings.LLM_MODEL).order_by().annotate(has_policies=has_policies)
        found: list[tuple[int, int | None, bool]] = list(rows.values_list("pk", "groups", "has_policies"))
        models: dict[int, set[int]] = {}
        for pk, group, _has_policies in found:
            models.setdefault(pk, set()).update([] if group is None else [group])
        self._groups = models
        self._has_policies = found[0][2] if found else Policy.objects.exists()
        self._until = monotonic() + self.fresh_s

    def forget(self) -> None:
        self._until = 0.0


choice = Choice()


def groups_of(person: User) -> set[int]:
    """Return the keys of the groups of `person`, asked for once."""
    prefetch_related_objects([person], "groups")
    return {group.pk for group in person.groups.all()}


def is_offered(model: ChatModel) -> bool:
    """Whether people may choose `model`, as far as its row tells."""
    return model.name == settings.LLM_MODEL or (model.is_offered and not model.is_gone)


def may_use(person: User, model: ChatModel) -> bool:
    """Whether `person` may choose `model`, to show it; a question that is asked is asked strictly."""
    return is_offered(model) and choice.is_for(person, model.pk)


def model_for(person: User) -> ChatModel:
    """Return what new questions of `person` go to: what they prefer, the site's, or the first for them."""
    offered = offered_models(person)
    if person.default_model and (preferred := offered.filter(name=person.default_model).first()):
        return preferred
    model = current_model()
    return model if choice.is_for(person, model.pk) else offered.first() or model


def next_model(conversation: Conversation) -> ChatModel:
    """Return the model that is asked next in `conversation`: its own while its owner may use it."""
    may = may_use(conversation.owner, conversation.model)
    return conversation.model if may else model_for(conversation.owner)


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
