import json
from typing import cast

from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login, setup_user_email
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from . import first_admin
from .forms import FirstAdminForm, LanguageForm, ThemeForm
from .http import Request
from .languages import remember_language
from .models import User


@login_not_required
@never_cache
@sensitive_post_parameters("password1")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    if not first_admin.opens(token):
        return render(request, "accounts/set_up_ended.html", status=404)
    form = FirstAdminForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/set_up.html", {"form": form}, status=422 if form.is_bound else 200)
    fields = form.cleaned_data
    admin = first_admin.make_first_admin(
        token, username=fields["username"], password=fields["password1"], email=fields["email"]
    )
    if admin is None:
        return render(request, "accounts/set_up_ended.html", status=404)
    setup_user_email(request, admin, [])
    return cast(HttpResponse, perform_login(request, admin, signup=True))


@require_GET
def show_account(request: Request) -> HttpResponse:
    user = request.user
    context = {
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
        "two_step": is_mfa_enabled(user),
        "sessions": len(UserSession.objects.purge_and_list(user)),
    }
    return render(request, "accounts/account.html", context)


@require_POST
def end_session(request: Request, pk: int) -> HttpResponse:
    """What runs in that session ends too: streams look every two seconds whether it is still there."""
    get_object_or_404(UserSession, user=request.user, pk=pk).end()
    return redirect("usersessions_list")


@require_POST
def set_theme(request: Request) -> HttpResponse:
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponse(
            _("The theme is one of: system, light, dark."), content_type="text/plain", status=422
        )
    theme = form.cleaned_data["theme"]
    User.objects.filter(pk=request.user.pk).update(theme=theme)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"theme": theme})})
    return redirect(safe_next(request) or "accounts:account")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This language is not there."), content_type="text/plain", status=422)
    language = form.cleaned_data["language"]
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=language)
    response = redirect(safe_next(request) or "accounts:account")
    remember_language(response, language)
    return response


@login_not_required
@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin has no way in of its own: no second throttle to forget, no way round two-step sign-in."""
    if request.user.is_authenticated:
        raise Http404
    next_url = safe_next(request) or reverse("admin:index")
    return redirect(f"{reverse('account_login')}?{urlencode({'next': next_url})}")


def safe_next(request: HttpRequest) -> str | None:
    """Return the `next` address that the request asks for, if it is on this site."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else None
