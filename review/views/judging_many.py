"""Judging what is chosen in the list, taking it back, and how far reviewers agree."""

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import Request
from conversations.services.errors import Refusal
from review.access import conversations_in_scope
from review.finding.asked import Asked
from review.judging.agreement import agreements
from review.judging.many import MOST_AT_ONCE, Judged, label_many, mark_many, undo_many
from review.judging.reading import uuid_of
from review.models import Label

from .doors import for_readers

log = logging.getLogger(__name__)
UNDO = "review-undo"


@require_POST
@for_readers
def judge_many(request: Request) -> HttpResponse:
    asked = Asked.of(request.POST.get("list", ""), reader=request.user)
    try:
        judged = judged_as_asked(request)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        request.session[UNDO] = judged.undo
        messages.success(request, judged.sentence, extra_tags=reverse("review:undo_many"))
    return redirect(asked.address())


def judged_as_asked(request: Request) -> Judged:
    ids = {public_id for text in request.POST.getlist("chosen") if (public_id := uuid_of(text))}
    scope = conversations_in_scope(request.user)
    chosen = list(scope.filter(public_id__in=list(ids)[: MOST_AT_ONCE + 1]).only("pk"))
    if len(chosen) < min(len(ids), MOST_AT_ONCE + 1):
        log.warning("%s judged conversations that are not in their scope.", request.user.pk)
    if state := request.POST.get("state", ""):
        return mark_many(chosen, reviewer=request.user, state=state)
    public_id = uuid_of(request.POST.get("label", ""))
    label = Label.objects.filter(public_id=public_id, archived=False).first() if public_id else None
    if label is None:
        raise Refusal(_("Choose a label first."))
    return label_many(chosen, reviewer=request.user, label=label)


@require_POST
@for_readers
def take_back(request: Request) -> HttpResponse:
    """Take what was last done to many back, once."""
    if undo := request.session.pop(UNDO, None):
        undo_many(request.user, undo)
        messages.success(request, _("That was taken back."))
    return redirect("review:list_conversations")


@require_safe
@never_cache
@for_readers
def show_agreement(request: Request) -> HttpResponse:
    found = agreements(conversations_in_scope(request.user))
    return render(request, "review/agreement.html", {"agreements": found, "room": "agreement"})
