"""The thumb under an answer, and why."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from conversations.access import get_message
from conversations.forms import NO_THUMB, FeedbackForm
from conversations.models import Feedback, Message, Role, Thumb
from conversations.services.errors import Refusal
from conversations.services.feedback import explain_feedback, rate_answer, reasons_for, remove_feedback

from .branch import address_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give_feedback(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    if message.role != Role.ASSISTANT:
        raise Http404
    if request.method != "POST":
        return show_feedback(request, message)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return show_form(request, message, form, status=422)
    if form.cleaned_data["thumb"] == NO_THUMB:
        remove_feedback(message)
        return after(request, message, None)
    if not form.cleaned_data["explained"]:
        return after(request, message, rate_answer(message, thumb=form.cleaned_data["thumb"]))
    try:
        kept = explain_feedback(message, **form.explanation)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show_form(request, message, form, status=422)
    return after_explaining(request, message, kept)


def show_feedback(request: Request, message: Message) -> HttpResponse:
    """Show the form, or the thumbs alone when a page has it open and wants to close it."""
    kept: Feedback | None = getattr(message, "feedback", None)
    if request.htmx and "closed" in request.GET:
        return render(request, "conversations/_feedback.html", thumbs(message, kept) | {"focus": True})
    if kept is None:
        return render(request, template_for(request), thumbs(message, None))
    return show_form(request, message, FeedbackForm.about(kept))


def show_form(request: Request, message: Message, form: FeedbackForm, *, status: int = 200) -> HttpResponse:
    """Show the form as a page; htmx gets the thumbs with the form below them."""
    kept: Feedback | None = getattr(message, "feedback", None)
    said = str(form["thumb"].value())
    thumb = said if said in Thumb.values else Thumb.DOWN.value
    context = thumbs(message, kept) | {"form": form, "thumb": thumb, "reasons": reasons_for(thumb)}
    return render(request, template_for(request), context, status=status)


def template_for(request: Request) -> str:
    return "conversations/_feedback.html" if request.htmx else "conversations/feedback.html"


def after(request: Request, message: Message, kept: Feedback | None) -> HttpResponse:
    """Show the thumbs as they stand now; below a thumb down the form asks why."""
    if kept is not None and not kept.is_up:
        if not request.htmx:
            return redirect("conversations:give_feedback", message.public_id)
        message.feedback = kept
        return show_form(request, message, FeedbackForm.about(kept))
    if not request.htmx:
        return back(message)
    return render(request, template_for(request), thumbs(message, kept))


def after_explaining(request: Request, message: Message, kept: Feedback) -> HttpResponse:
    if not request.htmx:
        return back(message)
    context = thumbs(message, kept) | {"focus": True, "sentence": _("Thank you. It is kept with the answer.")}
    return render(request, "conversations/_feedback_kept.html", context)


def thumbs(message: Message, kept: Feedback | None) -> dict[str, object]:
    conversation = message.conversation
    about = {"message": message, "id": message.public_id, "feedback": kept}
    return about | {"conversation": conversation, "current": conversation}


def back(message: Message) -> HttpResponse:
    return redirect(address_of(message))
