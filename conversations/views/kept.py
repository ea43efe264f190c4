"""What presets and prompts have alike: rows kept under a name, made or changed by a form, deleted."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.http import Request
from conversations.models import Preset, Prompt
from conversations.services.errors import Refusal


def change(
    request: Request, row: Preset | Prompt, form: forms.Form, keep: Callable[[], str], *, kind: str
) -> HttpResponse:
    """Show `form`, or let `keep` store what was typed and go to the list with the sentence it returns."""
    if request.method == "POST" and form.is_valid():
        try:
            sentence = keep()
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, sentence)
            return redirect(f"conversations:list_{kind}s")
    status = 422 if form.is_bound else 200
    return render(request, f"conversations/{kind}.html", {"form": form, kind: row}, status=status)


def delete(request: Request, row: Preset | Prompt, sentence: str, *, kind: str) -> HttpResponse:
    """Delete `row` and go to the list with `sentence`."""
    row.delete()
    messages.success(request, sentence)
    return redirect(f"conversations:list_{kind}s")
