"""What a person chooses for themselves, on one page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.models import User
from accounts.preferences import PreferencesForm
from conversations import wiring


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_preferences(request: Request) -> HttpResponse:
    # Of its own: a form writes what was typed into its person, and the page shows who is signed in.
    person = User.objects.get(pk=request.user.pk)
    models = [(model.name, str(model)) for model in wiring.offered_models(request.user)]
    form = PreferencesForm(request.POST or None, instance=person, models=models)
    if request.method == "POST" and form.is_valid():
        # These alone: whoever is closed at this moment stays closed.
        person.save(update_fields=form.changed_data)
        messages.success(request, _("Your preferences are kept."))
        return redirect("conversations:preferences")
    context = {"form": form, "now": timezone.now()}
    return render(
        request, "accounts/preferences.html", context, status=422 if request.method == "POST" else 200
    )
