"""The pages of those who decide about people: who waits, invitations, links for a new password."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .access import for_administrators, get_person, may_act_as
from .adapter import tell_approved
from .finding import find_people
from .forms import InviteForm
from .http import Request
from .invitations import invite, newest_invitations, revoke, send
from .models import Invitation, User
from .signing_up import approve, refuse, site_settings
from .ways_back import hand_out

SHOWN = 100
FOUND = 50


@require_safe
@for_administrators
def show_waiting(request: Request) -> HttpResponse:
    people = User.objects.waiting().prefetch_related("emailaddress_set")[:SHOWN]
    facts = {"people": people, "site": site_settings(), "tab": "waiting"}
    return render(request, "accounts/people_waiting.html", facts)


@require_POST
@for_administrators
def decide(request: Request, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.waiting(), pk=pk)
    if "approve" in request.POST:
        if approve(person, by=request.user):
            tell_approved(request, person)
            messages.success(request, _("%(name)s is in.") % {"name": person.username})
    elif "refuse" in request.POST and refuse(person, by=request.user):
        messages.success(request, _("%(name)s was not let in.") % {"name": person.username})
    return redirect("accounts:people_waiting")


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def show_invitations(request: Request) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None)
    facts: dict[str, object] = {"form": form, "site": site_settings(), "tab": "invitations"}
    if request.method == "POST" and form.is_valid():
        facts |= invited(request, form)
    facts["invitations"] = newest_invitations()
    return render(request, "accounts/invitations.html", facts, status=422 if form.errors else 200)


def invited(request: Request, form: InviteForm) -> dict[str, object]:
    """Make what the form asks for; the page shows the link this once, sent or not."""
    invitation, path = invite(request.user, **form.cleaned_data)
    link = whole_address(request, path)
    return {"link": link, "sent": send(request, invitation, link), "form": InviteForm()}


@require_POST
@for_administrators
def end_invitation(request: Request, pk: int) -> HttpResponse:
    if revoke(get_object_or_404(Invitation, pk=pk)):
        messages.success(request, _("The invitation has ended."))
    return redirect("accounts:invitations")


@require_safe
@for_administrators
def show_people(request: Request) -> HttpResponse:
    words = request.GET.get("q", "")[:150]
    people = find_people(words).filter(is_active=True)[:FOUND]
    facts = {"people": people, "words": words, "tab": "links"}
    return render(request, "accounts/ways_back.html", facts)


@require_POST
@for_administrators
def make_reset_link(request: Request, pk: int) -> HttpResponse:
    person = get_person(request.user, pk)
    if not (person.is_active and may_act_as(request.user, person)):
        raise Http404
    link = whole_address(request, hand_out(person, by=request.user))
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return render(request, "accounts/reset_link.html", {"person": person, "link": link, "hours": hours})


def whole_address(request: HttpRequest, path: str) -> str:
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)
