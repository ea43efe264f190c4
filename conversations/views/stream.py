"""Follow an answer as it is made, and stop it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from time import monotonic
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from accounts.languages import language_of
from accounts.zones import in_zone_of
from conversations.access import Visit, get_generation, get_message, still_signed_in
from conversations.models import Generation, Message, Status
from conversations.rendering import Effort
from conversations.services.marks import see
from conversations.services.stopping import stop_answer as stop
from conversations.services.transcript import build_entry
from conversations.streaming import live
from conversations.streaming.beat import Beat
from conversations.streaming.claims import place_in_queue
from conversations.streaming.database import NO_ANSWER, in_database
from conversations.streaming.frames import Cursor, Frames, event
from conversations.streaming.live import LiveAnswer
from conversations.streaming.mirror import in_the_making, is_made_elsewhere
from conversations.streaming.viewers import Viewer, Viewers

from .branch import address_of

LOOK_EVERY_S = 1.0
GONE = (Http404, Generation.DoesNotExist)
viewers = Viewers(still_signed_in)
# One viewer's frames take at most this share of a core.
SHARE_OF_A_CORE = 0.05


@require_POST
def stop_answer(request: Request, public_id: UUID) -> HttpResponse:
    generation = get_generation(request.user, public_id)
    stop(generation)
    if request.htmx:
        return HttpResponse(status=204)
    if generation.message is None:
        raise Http404
    return redirect(address_of(generation.message))


@require_GET
def events(request: Request, public_id: UUID) -> HttpResponse | StreamingHttpResponse:
    generation = get_generation(request.user, public_id)
    if not generation.is_active:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    cursor = Cursor.parse(request.GET.get("cursor", ""))
    return StreamingHttpResponse(
        follow(request, generation, cursor),
        content_type="text/event-stream",
        # Said to be encoded, it is left alone by the compression of pages, which would hold words back.
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Encoding": "identity"},
    )


async def follow(request: Request, generation: Generation, cursor: Cursor) -> AsyncIterator[bytes]:
    """Yield the events that lead from `cursor` to the end of the answer, or until the viewer must go."""
    followed = False
    # Where the conversation was deleted or the database is away, the page asks again and is told so.
    with suppress(*GONE, *NO_ANSWER), viewers.following(generation.pk, visit_of(request)) as viewer:
        while viewer.stays:
            # Lowered before we look, as in follow_live: what happens after our look is not missed.
            viewer.bell.clear()
            async with in_the_making(generation) as answer:
                if answer is not None:
                    frames = Frames(answer, cursor)
                    async with aclosing(follow_live(frames, viewer)) as parts:
                        async for part in parts:
                            yield part
                    if not answer.ended:
                        return
                    followed, cursor = answer.kept, frames.cursor
            place = await in_database(look, generation)
            if not generation.is_active:
                yield await in_database(ended_event, request, generation, followed=followed)
                return
            if answer is None and is_made_elsewhere(generation):
                continue
            yield event("s", {"status": generation.status, "place": place}, cursor)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await viewer.bell.wait()


def visit_of(request: Request) -> Visit:
    return Visit(request.session.session_key or "", request.user.pk, request.user.password)


async def follow_live(frames: Frames, viewer: Viewer[Visit]) -> AsyncGenerator[bytes]:
    """Yield frames while the answer grows: the first at once, then as often as the load allows."""
    answer = frames.live
    bell = answer.follow(viewer.bell)
    beat, effort = Beat(bell), Effort()
    try:
        while viewer.stays:
            # The bell is lowered before we look: what is appended after our look raises it again.
            bell.clear()
            began = monotonic()
            ended = answer.ended
            # Of the processor, not by the clock: who waits for others is not made to wait again for it.
            effort.begin()
            frame = frames.next(final=ended) or beat.due()
            spent = effort.end()
            if frame:
                yield frame
                beat.said()
            if ended:
                return
            await bell.wait()
            await asyncio.sleep(max(0.0, began + pause(spent) - monotonic()) if frame else 0)
    finally:
        beat.stop()
        answer.leave(bell)


def pause(spent: float) -> float:
    """Seconds between two frames of one viewer, by how many answers run and what the last frame took."""
    by_load = min(0.220, 0.020 + 0.001 * (len(live.running) + len(live.mirrored)))
    return max(by_load, spent / SHARE_OF_A_CORE)


def look(generation: Generation) -> int | None:
    """Read afresh how `generation` stands, and return its place in the queue while it has one."""
    generation.refresh_from_db(fields=["status", "owner", "fence"])
    return place_in_queue(generation) if generation.status == Status.QUEUED else None


def ended_event(request: Request, generation: Generation, *, followed: bool) -> bytes:
    """Return the last event: how the answer ended, and the footer that a reload would show.

    The words come before it when they were not `followed`: the answer was faster than its viewer. Raises
    Http404 for who may not see it any more, as when it ended because the account was closed.
    """
    if generation.message is None or not still_signed_in([visit_of(request)]):
        raise Http404
    message = get_message(request.user, generation.message.public_id)
    see(message.conversation)
    entry = build_entry(message)
    # The stream outlives its request and what the middleware had set: words and times are the reader's.
    with translation.override(language_of(request)), in_zone_of(request):
        footer = render_to_string("conversations/_message_footer.html", {"entry": entry}, request=request)
        title = message.conversation.heading
    data = {
        "status": message.generation.status,
        "footer": footer,
        "title": title,
        "leaf": str(message.public_id),
    }
    words = b"" if followed else words_of(message, entry.html)
    return words + event("s", data, Cursor(message.generation.fence))


def words_of(message: Message, html: SafeString) -> bytes:
    """Return the events that lead from nothing to all of a stored answer."""
    cursor = Cursor(message.generation.fence)
    if message.plain:  # what took too long to render once is not rendered again
        return (
            event("s", {"status": "running", "reset": True}, cursor)
            + event("r", {"at": 0, "text": message.reasoning}, cursor)
            + event("b", {"i": 0, "html": html}, cursor)
        )
    answer = LiveAnswer(message.generation.pk, cursor.fence)
    answer.append_reasoning(message.reasoning)
    answer.append_text(message.text)
    return Frames(answer, Cursor()).next(final=True)
