"""Pages of readers: grants that I have, ask for and may approve."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.backends import find_person
from accounts.http import Request
from conversations.services.errors import Refusal

from .access import PERMISSION
from .granting import MOST_HOURS, approve_grant, ask_to_read, end_grant, may_approve
from .models import AccessGrant

SHOWN = 50


class GrantForm(forms.Form):
    person = forms.CharField(label=gettext_lazy("Whose conversations"), max_length=150)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours"), min_value=1, max_value=MOST_HOURS, initial=4
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def list_grants(request: Request) -> HttpResponse:
    if not may_approve(request.user):
        raise Http404
    reads = request.user.has_perm(PERMISSION)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and reads and form.is_valid():
        try:
            grant = ask(request, form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            waits = grant.state == "waits"
            messages.success(
                request, _("A second person has to approve it.") if waits else _("You may read now.")
            )
            return redirect("review:grants")
    grants = AccessGrant.objects.select_related("reader", "owner", "approved_by")
    context = {
        "form": form if reads else None,
        "mine": grants.filter(reader=request.user)[:SHOWN],
        "waiting": grants.filter(expires_at=None, ended_at=None).exclude(reader=request.user)[:SHOWN],
    }
    return render(request, "review/grants.html", context, status=422 if form.errors else 200)


def ask(request: Request, form: GrantForm) -> AccessGrant:
    owner = find_person(form.cleaned_data["person"])
    if owner is None or not owner.is_active:
        raise Refusal(_("There is nobody of that name."))
    return ask_to_read(
        request.user, owner=owner, reason=form.cleaned_data["reason"], hours=form.cleaned_data["hours"]
    )


@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    if not may_approve(request.user):
        raise Http404
    approve_grant(get_object_or_404(AccessGrant, pk=pk), by=request.user)
    return redirect("review:grants")


@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    """Whoever asked may end it, and whoever could have approved it may refuse it."""
    if not may_approve(request.user):
        raise Http404
    end_grant(get_object_or_404(AccessGrant, pk=pk))
    return redirect("review:grants")
