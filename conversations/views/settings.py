"""How a conversation is answered: its system prompt and its parameters."""

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
from conversations.services.errors import Refusal
from conversations.services.parameters import abilities_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_settings(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    model = wiring.next_model(conversation)
    if request.method != "POST":
        return show_settings(request, conversation, model, settings_form(conversation, model))
    form = SettingsForm(request.POST)
    form.keep_only(abilities_of(model))
    told: list[str] = []
    if form.is_valid():
        try:
            prompt = form.cleaned_data["system_prompt"]
            told = change(conversation, model, system_prompt=prompt, chosen=form.chosen)
        except Refusal as refusal:
            form.add_error("system_prompt", str(refusal))
    if not form.is_valid():
        return show_settings(request, conversation, model, form, status=422)
    return saved(request, conversation, " ".join([_("The settings are saved."), *told]))


def settings_form(conversation: Conversation, model: ChatModel) -> SettingsForm:
    form = SettingsForm(initial={**conversation.parameters, "system_prompt": conversation.system_prompt})
    form.keep_only(abilities_of(model))
    return form


def show_settings(
    request: Request, conversation: Conversation, model: ChatModel, form: SettingsForm, *, status: int = 200
) -> HttpResponse:
    template = "conversations/_settings.html" if request.htmx else "conversations/settings.html"
    context = {"conversation": conversation, "current": conversation, "model": model, "form": form}
    return render(request, template, context, status=status)


def saved(request: Request, conversation: Conversation, sentence: str) -> HttpResponse:
    """Go on to a preset made of the settings where that was asked for, or back to the conversation."""
    if "preset" in request.POST:
        query = urlencode({"from": conversation.public_id})
        address = f"{reverse('conversations:new_preset')}?{query}"
        return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)
    if request.htmx:
        response = render(request, "conversations/_deleted.html", {"sentence": sentence})
        response["HX-Reswap"] = "none"
        return response
    messages.success(request, sentence)
    return redirect("conversations:show_conversation", conversation.public_id)
