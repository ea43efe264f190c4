"""Prompts of one's own: listed, made, changed, deleted, and put into the message box."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from conversations.access import get_prompt
from conversations.forms import MessageForm, PromptForm
from conversations.models import Prompt
from conversations.services.presets import fill, save_prompt, variables_of

from .choosing import read_start
from .conversation import new_page
from .kept import change, delete


@never_cache
@require_GET
def list_prompts(request: Request) -> HttpResponse:
    prompts = [(prompt, variables_of(prompt.text)) for prompt in Prompt.objects.filter(owner=request.user)]
    template = "conversations/_prompts.html" if request.htmx else "conversations/prompts.html"
    return render(request, template, {"prompts": prompts})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_prompt(request: Request) -> HttpResponse:
    return change_prompt(request, Prompt(owner=request.user))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_prompt(request: Request, public_id: UUID) -> HttpResponse:
    return change_prompt(request, get_prompt(request.user, public_id))


@require_POST
def delete_prompt(request: Request, public_id: UUID) -> HttpResponse:
    prompt = get_prompt(request.user, public_id)
    return delete(request, prompt, _("The prompt “%s” was deleted.") % prompt.name, kind="prompt")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use_prompt(request: Request, public_id: UUID) -> HttpResponse:
    prompt = get_prompt(request.user, public_id)
    variables = variables_of(prompt.text)
    if variables and request.method != "POST":
        return render(request, "conversations/prompt_use.html", {"prompt": prompt, "variables": variables})
    values = {name: request.POST.get(f"value-{number}", "") for number, name in enumerate(variables)}
    form = MessageForm.fresh(text=fill(prompt.text, {name: value for name, value in values.items() if value}))
    page = new_page(request.user, form, read_start(request, {}))
    return render(request, "conversations/conversation.html", page)


def change_prompt(request: Request, prompt: Prompt) -> HttpResponse:
    initial = {"name": prompt.name, "text": prompt.text}
    form = PromptForm(request.POST if request.method == "POST" else None, initial=initial)
    return change(request, prompt, form, lambda: keep(prompt, form), kind="prompt")


def keep(prompt: Prompt, form: PromptForm) -> str:
    save_prompt(prompt, name=form.cleaned_data["name"], text=form.cleaned_data["text"])
    return _("“/%s” is saved.") % prompt.name
