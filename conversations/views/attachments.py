"""Files that people attach: upload, show, discard, and the page of one's own."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from conversations import wiring
from conversations.access import find_attachments, find_unsent, get_attachment, get_conversation
from conversations.forms import KeptFilesForm, MessageForm
from conversations.models import Attachment, ChatModel, Conversation, Kind
from conversations.services.attachments.keeping import accept_upload, discard_unsent
from conversations.services.attachments.keeping import delete_file as delete
from conversations.services.attachments.limits import FileLimits
from conversations.services.attachments.listing import list_mine
from conversations.services.attachments.weighing import refuse_unfit
from conversations.services.errors import Refusal
from conversations.services.limits import Limits

HOUR_S = 3_600
# Whatever a browser makes of it, it runs nothing, asks for nothing and belongs to no site.
FILE_POLICY = "default-src 'none'; sandbox"

KEPT_FOR_A_HOLD = gettext_lazy(
    "“%s” is deleted for you, and kept out of sight until a hold ends; then it goes for ever."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a composer says about files: where they go, and how many and how large they may be."""

    address: str
    per_message: int
    largest: int
    takes_text: bool


def terms(model: ChatModel, allowed: Limits, conversation: Conversation | None = None) -> Terms | None:
    """Return the terms for files to `model`, or None when it takes none, or the person may attach none."""
    takes = wiring.takes(model)
    if not allowed.attachments or not takes or limits().per_message < 1:
        return None
    query = f"?conversation={conversation.public_id}" if conversation else ""
    address = reverse("conversations:files") + query
    return Terms(address, limits().per_message, limits().largest, takes_text=Kind.TEXT in takes)


def limits() -> FileLimits:
    return FileLimits(
        image_bytes=settings.FILES_IMAGE_BYTES,
        pdf_bytes=settings.FILES_PDF_BYTES,
        text_bytes=settings.FILES_TEXT_BYTES,
        per_message=settings.FILES_PER_MESSAGE,
        per_person_bytes=settings.FILES_PER_PERSON_BYTES,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: Request) -> HttpResponse:
    if request.method == "POST":
        return upload_files(request)
    page = list_mine(request.user, before=request.GET.get("before", ""), limits=limits())
    template = "conversations/_file_page.html" if request.htmx else "conversations/files.html"
    return render(request, template, {"page": page})


def upload_files(request: Request) -> HttpResponse:
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise Refusal(_("Choose a file first."))
    takes = wiring.takes(model_at_hand(request))
    attached = [accept_upload(request.user, one, limits=limits(), takes=takes) for one in uploads]
    if not request.htmx:
        return redirect("conversations:files")
    return render_chips(request, attached)


def render_chips(request: Request, attached: list[Attachment]) -> HttpResponse:
    context = {"attached": attached, "longest": MessageForm.longest}
    return render(request, "conversations/_chips.html", context)


@never_cache
@require_safe
def show_chips(request: Request) -> HttpResponse:
    form = KeptFilesForm(request.GET)
    return render_chips(request, find_unsent(request.user, form.chosen()))


def model_at_hand(request: Request) -> ChatModel:
    """Return the model that the files are meant for: the conversation's, where the page names one."""
    try:
        public_id = UUID(request.GET.get("conversation", ""))
    except ValueError:
        return wiring.model_for(request.user)
    return wiring.next_model(get_conversation(request.user, public_id))


def collect(request: Request, form: MessageForm, model: ChatModel) -> list[Attachment]:
    """Return the files of a message: those uploaded before, and those that come with the form itself.

    What could be taken stands in `form.attached` also when this raises Refusal: the page shows it again.
    """
    ids = set(form.cleaned_data["file"])
    uploads = request.FILES.getlist("files")
    attached = find_attachments(request.user, ids) if ids else []
    form.attached = attached
    if len(attached) < len(ids):
        raise Refusal(_("A file that was attached is not there any more. Attach it again."))
    takes = wiring.takes(model)
    for upload in uploads[: limits().per_message]:
        attached.append(accept_upload(request.user, upload, limits=limits(), takes=takes))
    refuse_unfit(
        attached,
        text=form.cleaned_data["text"],
        model=model,
        takes=takes,
        per_message=limits().per_message,
        more=max(0, len(uploads) - limits().per_message),
    )
    return attached


@require_safe
def show_file(request: Request, public_id: UUID) -> HttpResponse:
    attachment = get_attachment(request.user, public_id)
    data = attachment.read()
    if data is None:
        raise Http404
    headers = {
        "Content-Disposition": content_disposition_header(True, attachment.name) or "attachment",
        "Content-Security-Policy": FILE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": f"private, max-age={HOUR_S}",
        # Said to be encoded, it is left alone by the compression of pages: pictures do not get smaller.
        "Content-Encoding": "identity",
    }
    content_type = "text/plain; charset=utf-8" if attachment.is_text else attachment.media_type
    return HttpResponse(data, content_type=content_type, headers=headers)


@require_POST
def discard_file(request: Request, public_id: UUID) -> HttpResponse:
    discard_unsent(get_attachment(request.user, public_id))
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("conversations:files")


@require_POST
def delete_file(request: Request, public_id: UUID) -> HttpResponse:
    attachment = get_attachment(request.user, public_id)
    kept = "" if delete(attachment) else KEPT_FOR_A_HOLD % attachment.name
    if request.htmx:
        page = list_mine(request.user, before="", limits=limits())
        return render(request, "conversations/_file_deleted.html", {"page": page, "sentence": kept})
    messages.success(request, kept or _("“%s” was deleted.") % attachment.name)
    return redirect("conversations:files")
