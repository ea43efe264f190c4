"""How a conversation is answered: its system prompt and its parameters, also before it begins."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from conversations import wiring
from conversations.access import get_conversation
from conversations.forms import SettingsForm
from conversations.models import ChatModel, Conversation
from conversations.services.choosing import change_settings as change
from conversations.services.choosing import fit_settings
from conversations.services.errors import Refusal
from conversations.services.parameters import abilities_of

from .allowed import limits_shown
from .beginnings import keep_beginning
from .choosing import Start, read_start


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_settings(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    model = wiring.next_model(conversation)
    form = settings_form(request, model, conversation.system_prompt, conversation.parameters)
    if form.is_valid():
        try:
            prompt = form.cleaned_data["system_prompt"]
            told = change(conversation, model, system_prompt=prompt, chosen=form.chosen)
            return saved(request, conversation, sentence_of(told))
        except Refusal as refusal:
            form.add_error("system_prompt", str(refusal))
    context = {
        "conversation": conversation,
        "current": conversation,
        "model": model,
        "form": form,
        "address": reverse("conversations:change_settings", args=[public_id]),
        "back": reverse("conversations:show_conversation", args=[public_id]),
    }
    return show_settings(request, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin_settings(request: Request) -> HttpResponse:
    start = read_start(request, request.GET)
    form = settings_form(request, start.model, start.system_prompt, start.parameters)
    if form.is_valid():
        try:
            prompt, parameters, told = fit_settings(
                start.model, system_prompt=form.cleaned_data["system_prompt"], chosen=form.chosen
            )
            kept = keep_beginning(request, system_prompt=prompt, parameters=parameters)
            return begun(request, replace(start, settings=kept), sentence_of(told))
        except Refusal as refusal:
            form.add_error("system_prompt", str(refusal))
    query = f"?{start.query}" if start.query else ""
    context = {
        "model": start.model,
        "form": form,
        "address": reverse("conversations:begin_settings") + query,
        "back": reverse("conversations:new_conversation") + query,
    }
    return show_settings(request, context)


def settings_form(
    request: Request, model: ChatModel, system_prompt: str, parameters: Mapping[str, object]
) -> SettingsForm:
    initial = {**parameters, "system_prompt": system_prompt}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    form.keep_only(abilities_of(model))
    return form


def show_settings(request: Request, context: Mapping[str, object]) -> HttpResponse:
    template = "conversations/_settings.html" if request.htmx else "conversations/settings.html"
    status = 422 if request.method == "POST" else 200
    return render(request, template, dict(context), status=status)


def sentence_of(told: list[str]) -> str:
    return " ".join([_("The settings are saved."), *told])


def saved(request: Request, conversation: Conversation, sentence: str) -> HttpResponse:
    """Go on to a preset made of the settings where that was asked for, or back to the conversation."""
    if "preset" in request.POST:
        return make_preset(request, urlencode({"from": conversation.public_id}))
    if request.htmx:
        response = render(request, "conversations/_deleted.html", {"sentence": sentence})
        response["HX-Reswap"] = "none"
        return response
    messages.success(request, sentence)
    return redirect("conversations:show_conversation", conversation.public_id)


def begun(request: Request, start: Start, sentence: str) -> HttpResponse:
    """Go on to a preset, as `saved` does, or back to the conversation that is to begin."""
    if "preset" in request.POST:
        return make_preset(request, start.query)
    if request.htmx:
        context = {
            "start": start,
            "model": start.model,
            "fallback": start.fallback,
            "limits": limits_shown(request.user),
            "sentence": sentence,
        }
        response = render(request, "conversations/_begun.html", context)
        response["HX-Reswap"] = "none"
        return response
    messages.success(request, sentence)
    return redirect(f"{reverse('conversations:new_conversation')}?{start.query}")


def make_preset(request: Request, query: str) -> HttpResponse:
    address = f"{reverse('conversations:new_preset')}?{query}"
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)
