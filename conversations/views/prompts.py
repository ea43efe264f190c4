"""Prompts of one's own: listed, made, changed, deleted, and put into the message box."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from conversations.access import get_prompt
from conversations.forms import MessageForm, PromptForm
from conversations.models import Prompt
from conversations.services.errors import Refusal
from conversations.services.presets import fill, save_prompt, variables_of

from .choosing import read_start
from .conversation import new_page


@never_cache
@require_GET
def list_prompts(request: Request) -> HttpResponse:
    prompts = [(prompt, variables_of(prompt.text)) for prompt in Prompt.objects.filter(owner=request.user)]
    template = "conversations/_prompts.html" if request.htmx else "conversations/prompts.html"
    return render(request, template, {"prompts": prompts})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_prompt(request: Request) -> HttpResponse:
    return change(request, Prompt(owner=request.user))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_prompt(request: Request, public_id: UUID) -> HttpResponse:
    return change(request, get_prompt(request.user, public_id))


@require_POST
def delete_prompt(request: Request, public_id: UUID) -> HttpResponse:
    prompt = get_prompt(request.user, public_id)
    prompt.delete()
    messages.success(request, _("The prompt “%s” was deleted.") % prompt.name)
    return redirect("conversations:list_prompts")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use_prompt(request: Request, public_id: UUID) -> HttpResponse:
    prompt = get_prompt(request.user, public_id)
    variables = variables_of(prompt.text)
    if variables and request.method != "POST":
        return render(request, "conversations/prompt_use.html", {"prompt": prompt, "variables": variables})
    values = {name: request.POST.get(f"value-{number}", "") for number, name in enumerate(variables)}
    form = MessageForm.fresh(text=fill(prompt.text, {name: value for name, value in values.items() if value}))
    return render(
        request, "conversations/conversation.html", new_page(request.user, form, read_start(request.user, {}))
    )


def change(request: Request, prompt: Prompt) -> HttpResponse:
    initial = {"name": prompt.name, "text": prompt.text}
    form = PromptForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_prompt(prompt, name=form.cleaned_data["name"], text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“/%s” is saved.") % prompt.name)
            return redirect("conversations:list_prompts")
    status = 422 if form.is_bound else 200
    return render(request, "conversations/prompt.html", {"form": form, "prompt": prompt}, status=status)
