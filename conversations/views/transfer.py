"""Leave as easily as one came: conversations out as files, and in from the files of others."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from conversations import wiring
from conversations.access import get_conversation, get_import, get_imports
from conversations.forms import UploadForm
from conversations.models import Import
from conversations.services import transfer
from conversations.services.errors import Refusal
from conversations.streaming.database import in_database

from .allowed import limits_shown

# How long one request works on an import: the page asks again by itself, without scripts a person has to.
STEP_S, LONG_STEP_S = 0.5, 6.0


def directory() -> Path:
    return Path(settings.DATA_DIR) / "imports"


@never_cache
@require_GET
def export_conversation(request: Request, public_id: UUID, kind: transfer.Kind) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    export = transfer.export_conversation(conversation, kind)
    return HttpResponse(export.content, export.content_type, headers=kept_as(export.name))


@never_cache
@require_GET
def export_everything(request: Request) -> StreamingHttpResponse:
    # The session and the person are known by now; the rest is read piece by piece.
    pieces = sent(transfer.export_everything(request.user))
    name = f"conversations-{localdate():%Y-%m-%d}.zip"
    # Said to be encoded, it is left alone by the compression of pages: a zip is packed already.
    headers = {**kept_as(name), "Content-Encoding": "identity", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)


async def sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield `pieces` as fast as the client takes them; it holds no connection while it does."""
    while piece := await in_database(next, pieces, b""):
        yield piece


def kept_as(name: str) -> dict[str, str]:
    """The headers of a file that is saved and never shown as a page of the site."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return {"Content-Disposition": disposition, "Content-Security-Policy": "default-src 'none'; sandbox"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_transfer(request: Request) -> HttpResponse:
    if request.method == "POST":
        return upload(request)
    return render_transfer(request, UploadForm())


def upload(request: Request) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_transfer(request, form, status=422)
    file, most = form.cleaned_data["file"], settings.IMPORT_MAX_BYTES
    try:
        it = transfer.receive(request.user, file, name=file.name, directory=directory(), most_bytes=most)
    except Refusal as refusal:
        form.add_error("file", str(refusal))
        return render_transfer(request, form, status=refusal.status)
    return redirect("conversations:show_import", it.public_id)


def render_transfer(request: Request, form: UploadForm, status: int = 200) -> HttpResponse:
    imports = get_imports(request.user)
    context = {
        "form": form,
        "imports": imports,
        "open_import": next((it for it in imports if it.is_open), None),
        "limits": limits_shown(request.user),
        "most_megabytes": settings.IMPORT_MAX_BYTES // 1_000_000,
    }
    return render(request, "conversations/transfer.html", context, status=status)


@never_cache
@require_GET
def show_import(request: Request, public_id: UUID) -> HttpResponse:
    return render_import(request, get_import(request.user, public_id))


@require_POST
def advance_import(request: Request, public_id: UUID) -> HttpResponse:
    it = get_import(request.user, public_id)
    for_s = STEP_S if request.htmx else LONG_STEP_S
    transfer.advance(it, directory=directory(), model=wiring.model_for(request.user), for_s=for_s)
    return after_step(request, it)


@require_POST
def begin_import(request: Request, public_id: UUID) -> HttpResponse:
    it = get_import(request.user, public_id)
    transfer.begin(it)
    return after_step(request, it)


@require_POST
def drop_import(request: Request, public_id: UUID) -> HttpResponse:
    it = get_import(request.user, public_id)
    transfer.drop(it, directory=directory())
    return after_step(request, it)


def after_step(request: Request, it: Import) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:show_import", it.public_id)
    return render_import(request, it)


def render_import(request: Request, it: Import) -> HttpResponse:
    template = "conversations/_import.html" if request.htmx else "conversations/import.html"
    return render(request, template, {"import": it, "source": transfer.LABELS.get(it.source, "")})
