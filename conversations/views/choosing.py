"""Which model answers, and what a new conversation begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.models import User
from conversations import wiring
from conversations.access import get_conversation, get_message, usable_presets
from conversations.models import ChatModel, Preset
from conversations.services.choosing import choose_model, find_offered
from conversations.services.errors import Refusal
from conversations.services.parameters import Abilities, abilities_of

from .beginnings import Beginning, find_beginning

FILTER_FROM = 8  # a list that one sees at a glance needs no search


@dataclass(frozen=True, slots=True)
class Start:
    """What a new conversation begins with; `chosen` is the model that the person picked, if they did."""

    model: ChatModel
    chosen: ChatModel | None = None
    preset: Preset | None = None
    temporary: bool = False
    settings: Beginning | None = None
    """What the person set, in place of what the preset says."""

    @property
    def system_prompt(self) -> str:
        if self.settings is not None:
            return self.settings.system_prompt
        return (self.preset and self.preset.system_prompt) or wiring.system_prompt()

    @property
    def parameters(self) -> Mapping[str, object]:
        if self.settings is not None:
            return self.settings.parameters
        return self.preset.parameters if self.preset else {}

    @property
    def fallback(self) -> ChatModel | None:
        """The preset's own model where it cannot answer any more."""
        wanted = self.preset.model if self.preset and self.chosen is None else None
        return wanted if wanted is not None and wanted != self.model else None

    @property
    def query(self) -> str:
        """The address of the same beginning, as a query."""
        return urlencode({**self.picked, **({"temporary": "1"} if self.temporary else {})})

    @property
    def lasting_query(self) -> str:
        """The same of one that is to stay."""
        return urlencode(self.picked)

    @property
    def picked(self) -> dict[str, str]:
        picked = {
            "model": self.chosen.name if self.chosen else "",
            "preset": self.preset_id,
            "settings": self.settings.token if self.settings else "",
        }
        return {name: value for name, value in picked.items() if value}

    @property
    def preset_id(self) -> str:
        return str(self.preset.public_id) if self.preset else ""


@dataclass(frozen=True, slots=True)
class Option:
    """A model in a list to choose from."""

    model: ChatModel
    abilities: Abilities
    is_chosen: bool


def read_start(request: Request, data: Mapping[str, str]) -> Start:
    """Return the beginning that a form or an address names; raise Refusal when it is not to be had."""
    preset = find_preset(request.user, data.get("preset", ""))
    name = data.get("model", "")
    chosen = find_offered(wiring.offered_models(request.user), name) if name else None
    wanted = chosen or (preset.model if preset else None)
    model = (
        wanted
        if wanted is not None and wiring.may_use(request.user, wanted)
        else wiring.model_for(request.user)
    )
    settings = find_beginning(request, data.get("settings", ""))
    return Start(model, chosen, preset, temporary=bool(data.get("temporary")), settings=settings)


def find_preset(user: User, public_id: str) -> Preset | None:
    if not public_id:
        return None
    try:
        preset = usable_presets(user).filter(public_id=UUID(public_id)).first()
    except ValueError:
        preset = None
    if preset is None:
        raise Refusal(_("That preset is not there any more. Choose another one, or begin without."))
    return preset


def options(person: User, chosen: ChatModel | None) -> list[Option]:
    return [Option(model, abilities_of(model), model == chosen) for model in wiring.offered_models(person)]


def listed(person: User, chosen: ChatModel | None, **context: object) -> dict[str, object]:
    """What a list of models is rendered from."""
    rows = options(person, chosen)
    priced = any(row.model.input_price for row in rows)
    return {"options": rows, "filtered": len(rows) >= FILTER_FROM, "priced": priced, **context}


@never_cache
@require_GET
def pick_model(request: Request) -> HttpResponse:
    start = read_start(request, request.GET)
    context = listed(
        request.user,
        start.model,
        start=start,
        heading=_("Model of the new conversation"),
        verb=_("Use this model"),
        method="get",
    )
    return show_list(request, context | {"action": reverse("conversations:new_conversation")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_model(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    if request.method == "POST":
        choose_model(
            conversation, find_offered(wiring.offered_models(request.user), request.POST.get("model", ""))
        )
        if not request.htmx:
            return redirect("conversations:show_conversation", public_id)
        changed = {"conversation": conversation, "model": conversation.model}
        return render(request, "conversations/_model_changed.html", changed)
    action = reverse("conversations:change_model", args=[public_id])
    context = listed(
        request.user,
        wiring.next_model(conversation),
        conversation=conversation,
        current=conversation,
        heading=_("Model of this conversation"),
        verb=_("Use this model"),
        method="post",
    )
    return show_list(request, context | {"action": action, "swap": "none"})


@never_cache
@require_GET
def answer_again(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    action = reverse("conversations:regenerate_message", args=[public_id])
    context = listed(
        request.user,
        wiring.next_model(message.conversation),
        conversation=message.conversation,
        current=message.conversation,
        heading=_("Answer again with another model"),
        verb=_("Answer again"),
        method="post",
        target="#transcript",
    )
    return show_list(request, context | {"action": action, "swap": "outerHTML"})


def show_list(request: Request, context: Mapping[str, object]) -> HttpResponse:
    template = "conversations/_models.html" if request.htmx else "conversations/models.html"
    return render(request, template, dict(context))
