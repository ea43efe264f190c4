"""What a reviewer wrote to the owner of a conversation."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import Request
from conversations.access import get_reply
from conversations.services.replies import see_reply


@require_POST
def read_reply(request: Request, public_id: UUID) -> HttpResponse:
    reply = get_reply(request.user, public_id)
    see_reply(reply)
    return redirect("conversations:show_conversation", reply.conversation.public_id)
