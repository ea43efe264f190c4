"""Presets of one's own and of one's groups: listed, made, changed, deleted."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.models import User
from conversations import wiring
from conversations.access import get_conversation, get_preset, usable_presets
from conversations.forms import PresetForm
from conversations.models import Preset
from conversations.services.choosing import find_offered
from conversations.services.presets import save_preset, usable_group

from .choosing import read_start
from .kept import change, delete


@never_cache
@require_GET
def list_presets(request: Request) -> HttpResponse:
    start = read_start(request, request.GET)
    context = {"presets": usable_presets(request.user), "start": start}
    template = "conversations/_presets.html" if request.htmx else "conversations/presets.html"
    return render(request, template, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_preset(request: Request) -> HttpResponse:
    preset = Preset(owner=request.user)
    if source := conversation_id(request.GET.get("from", "")):
        conversation = get_conversation(request.user, source)
        preset.system_prompt, preset.parameters = conversation.system_prompt, conversation.parameters
        preset.model = wiring.next_model(conversation)
    elif request.GET.get("settings"):
        start = read_start(request, request.GET)
        preset.system_prompt, preset.parameters = start.system_prompt, dict(start.parameters)
        preset.model = start.model
    return change_preset(request, preset)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_preset(request: Request, public_id: UUID) -> HttpResponse:
    return change_preset(request, get_preset(request.user, public_id))


@require_POST
def delete_preset(request: Request, public_id: UUID) -> HttpResponse:
    preset = get_preset(request.user, public_id)
    return delete(request, preset, _("The preset “%s” was deleted.") % preset.name, kind="preset")


def change_preset(request: Request, preset: Preset) -> HttpResponse:
    form = preset_form(request, preset)
    return change(request, preset, form, lambda: keep(request.user, preset, form), kind="preset")


def preset_form(request: Request, preset: Preset) -> PresetForm:
    initial = {
        **preset.parameters,
        "name": preset.name,
        "description": preset.description,
        "system_prompt": preset.system_prompt,
        "model": preset.model.name if preset.model else "",
        "group": str(preset.group_id or ""),
    }
    form = PresetForm(request.POST if request.method == "POST" else None, initial=initial)
    models = [(model.name, str(model)) for model in wiring.offered_models(request.user)]
    if preset.model and preset.model.name not in dict(models):
        models.append((preset.model.name, _("%s (not offered any more)") % preset.model))
    groups = [(str(group.pk), group.name) for group in request.user.groups.all()]
    form.offer(models=models, groups=groups)
    return form


def keep(user: User, preset: Preset, form: PresetForm) -> str:
    name = form.cleaned_data["model"]
    kept = preset.model if preset.model and preset.model.name == name else None
    group = form.cleaned_data.get("group")
    told = save_preset(
        preset,
        name=form.cleaned_data["name"],
        description=form.cleaned_data["description"],
        system_prompt=form.cleaned_data["system_prompt"],
        model=kept or (find_offered(wiring.offered_models(user), name) if name else None),
        chosen=form.chosen,
        group=usable_group(user, int(group)) if group else None,
    )
    return " ".join([_("“%s” is saved.") % preset.name, *told])


def conversation_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
