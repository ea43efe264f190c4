"""The summary that stands for the beginning of a conversation: asked for, read, changed, taken back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from conversations.access import get_conversation, get_summary
from conversations.forms import SummaryForm
from conversations.models import Summary
from conversations.services.compaction import edit_summary as edit
from conversations.services.compaction import remove_summary as remove
from conversations.services.compaction import summarise
from conversations.services.errors import Refusal
from conversations.streaming.lag import refuse_when_late

from .branch import show_branch


@require_POST
def summarise_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    refuse_when_late()
    summary = summarise(conversation)
    return show_branch(request, summary.upto) if request.htmx else redirect(address_of(summary))


@never_cache
@require_GET
def show_summary(request: Request, public_id: UUID) -> HttpResponse:
    summary = get_summary(request.user, public_id)
    if not request.htmx:
        return redirect(address_of(summary))
    return render(request, "conversations/_summary.html", {"summary": summary})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_summary(request: Request, public_id: UUID) -> HttpResponse:
    summary = get_summary(request.user, public_id)
    form = SummaryForm(request.POST or {"text": summary.text})
    if request.method == "POST" and form.is_valid():
        try:
            edit(summary, text=form.cleaned_data["text"])
            return redirect(address_of(summary))
        except Refusal as refusal:
            form.add_error("text", str(refusal))
    context = {"summary": summary, "form": form, "current": summary.conversation}
    refused = request.method == "POST"
    return render(request, "conversations/summary_edit.html", context, status=422 if refused else 200)


@require_POST
def remove_summary(request: Request, public_id: UUID) -> HttpResponse:
    summary = get_summary(request.user, public_id)
    remove(summary)
    return show_branch(request, summary.upto)


def address_of(summary: Summary) -> str:
    page = reverse("conversations:show_conversation", args=[summary.conversation.public_id])
    return f"{page}?m={summary.upto.public_id}#s-{summary.public_id}"
