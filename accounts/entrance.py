"""The pages of who is not here yet: signing up, coming by an invitation, waiting."""

from typing import Any, cast

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from .forms import NewPersonForm
from .invitations import accept, open_invitation


@method_decorator(login_not_required, name="dispatch")
class SignupView(allauth_views.SignupView):
    """allauth's page; of two who take one name in the same moment the later is told so."""

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        try:
            return super().form_valid(form)
        except IntegrityError:
            form.add_error("username", get_adapter().error_messages["username_taken"])
            return cast(HttpResponse, self.form_invalid(form))


@login_not_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/waiting.html")


@login_not_required
@never_cache
@sensitive_post_parameters("password1")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = open_invitation(token)
    if invitation is None:
        return render(request, "accounts/invitation_ended.html", status=404)
    if request.user.is_authenticated:
        return render(request, "accounts/invitation_in_use.html")
    form = NewPersonForm(request.POST or None)
    if invitation.email:
        del form.fields["email"]
    facts = {"form": form, "invitation": invitation}
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/invited.html", facts, status=422 if form.is_bound else 200)
    fields = form.cleaned_data
    try:
        person = accept(
            invitation,
            username=fields["username"],
            password=fields["password1"],
            email=fields.get("email", ""),
        )
    except IntegrityError:
        form.add_error("username", get_adapter().error_messages["username_taken"])
        return render(request, "accounts/invited.html", facts, status=422)
    if person is None:
        return redirect(request.path)
    return cast(HttpResponse, perform_login(request, person, signup=True))
