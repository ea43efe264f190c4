"""The people of the site, for those who look after them."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import for_administrators, get_person
from accounts.http import Request
from accounts.models import User
from accounts.on_record import record_of
from accounts.roles import GROUPS, Role, is_administrator, roles_of
from conversations.services import leaving, people

SHOWN = [
    ("", gettext_lazy("Everybody")),
    ("administrators", gettext_lazy("Administrators")),
    ("reviewers", gettext_lazy("Reviewers")),
    ("closed", gettext_lazy("Closed accounts")),
    ("leaving", gettext_lazy("About to be deleted")),
]
ENTRIES_SHOWN = 20


@never_cache
@require_GET
@for_administrators
def list_people(request: Request) -> HttpResponse:
    words, show = request.GET.get("q", ""), request.GET.get("show", "")
    page = people.list_people(words=words, show=show, after=request.GET.get("after", ""))
    context = {"page": page, "words": words, "show": show, "shown": SHOWN, "after": request.GET.get("after")}
    return render(request, "accounts/people.html", context)


@never_cache
@require_GET
def show_person(request: Request, pk: int) -> HttpResponse:
    person = get_person(request.user, pk)
    roles = roles_of(person)
    context = {
        "person": person,
        "is_me": person == request.user,
        "roles": [(role, role in roles) for role in Role],
        "groups": person.groups.exclude(name__in=GROUPS.values()),
        "belongings": people.belongings_of(person),
        "days": settings.ACCOUNT_GRACE_DAYS,
        "entries": record_of(person)[:ENTRIES_SHOWN],
    }
    return render(request, "accounts/person.html", context)


@require_POST
def change_roles(request: Request, pk: int) -> HttpResponse:
    person = get_person(request.user, pk)
    roles = {role for role in Role if role in request.POST.getlist("role")}
    people.change_roles(person, by=request.user, roles=roles)
    return told(request, person, _("The roles of %s are kept.") % person.username)


@require_POST
def close_account(request: Request, pk: int) -> HttpResponse:
    person = get_person(request.user, pk)
    people.close_account(person, by=request.user)
    return told(request, person, _("The account of %s is closed.") % person.username)


@require_POST
def open_account(request: Request, pk: int) -> HttpResponse:
    person = get_person(request.user, pk)
    people.open_account(person, by=request.user)
    return told(request, person, _("The account of %s is open.") % person.username)


@require_POST
def delete_account(request: Request, pk: int) -> HttpResponse:
    person = get_person(request.user, pk)
    leaves_at = leaving.delete_account(person, by=request.user, days=settings.ACCOUNT_GRACE_DAYS)
    day = date_format(localtime(leaves_at), "j F Y")
    said = _("The account of %(name)s is closed and will be deleted on %(day)s.")
    return told(request, person, said % {"name": person.username, "day": day})


def told(request: Request, person: User, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    # Who has just given up looking after people may not see that page any more.
    may = is_administrator(User.objects.get(pk=request.user.pk))
    return redirect("conversations:person", person.pk) if may else redirect("accounts:account")
