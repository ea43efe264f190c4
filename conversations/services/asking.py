"""Ask, edit, ask again, stop. Nothing runs here: a queued Generation is left and the bell is rung."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from conversations import bus
from conversations.models import Attachment, ChatModel, Conversation, Generation, Message, Role, Status

from .budgets import reserve
from .errors import Conflict, Refusal, Unavailable
from .estimating import estimate_answer
from .limits import REQUESTS_PER_MINUTE, UNLIMITED, Limits, limits_of, refuse_beyond, refuse_without
from .settling import release

MESSAGE_CHARACTERS = 32_000
MESSAGES_PER_MINUTE = REQUESTS_PER_MINUTE
WAITING_AT_MOST = 200
PLACEHOLDER_TITLE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Exchange:
    """A person's message and the answer that is to come; `files` where they are known without asking."""

    question: Message
    answer: Message
    files: tuple[Attachment, ...] | None = field(default=None, compare=False)


def clean_text(text: str) -> str:
    """Return `text` as it will be kept: line ends are LF, NUL and lone surrogates gone.

    Raises Refusal when nothing is left, or too much.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.encode("utf-8", "ignore").decode()
    if not text.strip():
        raise Refusal("Write something first: an empty message cannot be sent.")
    if len(text) > MESSAGE_CHARACTERS:
        raise Refusal(
            f"This message has {len(text):,} characters; at most {MESSAGE_CHARACTERS:,} can be sent at once."
        )
    return text


def start_conversation(
    owner: User,
    *,
    text: str,
    key: UUID,
    model: ChatModel,
    system_prompt: str = "",
    parameters: Mapping[str, object] | None = None,
    files: Sequence[Attachment] = (),
    temporary: bool = False,
) -> Exchange:
    """Open a conversation of `owner` that begins with `text` and `files` of theirs.

    The same `key` again returns the first one. A `temporary` one is in no list and does not stay.
    """
    if exchange := exchange_with(owner, key):
        return exchange
    text = clean_text(text)
    try:
        with transaction.atomic():
            limits = admit(owner, model)
            if temporary:
                refuse_without(limits, "temporary")
            conversation = Conversation.objects.create(
                owner=owner,
                model=model,
                system_prompt=system_prompt,
                parameters=dict(parameters or {}),
                title=placeholder_title(text),
                temporary=temporary,
            )
            refuse_unless_free(conversation)
            question = conversation.messages.create(role=Role.USER, text=text, idempotency_key=key)
            attach(question, files, limits)
            return Exchange(question, add_answer(conversation, question, limits), tuple(files))
    except IntegrityError:
        return sent_already(owner, key)


def ask(
    conversation: Conversation,
    *,
    text: str,
    key: UUID,
    seen: UUID | None = None,
    model: ChatModel | None = None,
    files: Sequence[Attachment] = (),
) -> Exchange:
    """Add `text` below the newest message of `conversation` and ask for an answer, of `model` from now on.

    `files` are what the message carries. `seen` is the last message that the asker's page showed; when the
    conversation has gone on since, Conflict is raised. The same `key` again returns the first exchange.
    """
    text = clean_text(text)
    try:
        with transaction.atomic():
            conversation = lock(conversation, model)
            if exchange := exchange_with(conversation.owner, key):
                return exchange
            refuse_stale(conversation, seen, "your text is kept.")
            return add_exchange(conversation, parent=conversation.leaf, text=text, key=key, files=files)
    except IntegrityError:
        return sent_already(conversation.owner, key)


def edit_message(message: Message, *, text: str, key: UUID, model: ChatModel | None = None) -> Exchange:
    """Add `text` beside the person's `message`, with its files, and ask again from there."""
    if message.role != Role.USER:
        raise Refusal("Only your own messages can be edited.")
    owner = message.conversation.owner
    text = clean_text(text)
    try:
        with transaction.atomic():
            conversation = lock(message.conversation, model)
            if exchange := exchange_with(owner, key):
                return exchange
            files = list(message.attachments.filter(deleted_at=None).without_text())
            return add_exchange(conversation, parent=message.parent, text=text, key=key, files=files)
    except IntegrityError:
        return sent_already(owner, key)


def save_edit(message: Message, *, text: str, key: UUID) -> Message:
    """Add `text` beside the person's `message` and ask nothing yet; the same `key` again adds no more."""
    if message.role != Role.USER:
        raise Refusal("Only your own messages can be edited.")
    text = clean_text(text)
    with transaction.atomic():
        conversation = lock(message.conversation, None)
        if saved := conversation.messages.filter(idempotency_key=key).first():
            return saved
        refuse_unless_free(conversation)
        edited = add_question(conversation, message.parent, text=text, key=key)
        attach(edited, list(message.attachments.filter(deleted_at=None).without_text()))
        conversation.move_to(edited)
        return edited


def regenerate(
    message: Message,
    *,
    seen: UUID | None = None,
    model: ChatModel | None = None,
    once: ChatModel | None = None,
) -> Message:
    """Ask again for the answer `message`, or for one to the question `message`; a new one is a sibling.

    It is asked of `model` from now on, or `once` of another.
    """
    question = message if message.role == Role.USER else message.parent
    if question is None or question.role != Role.USER:
        raise Refusal("Only an answer to a question can be asked for.")
    with transaction.atomic():
        conversation = lock(message.conversation, model)
        refuse_stale(conversation, seen)
        refuse_unless_free(conversation)
        limits = admit(conversation.owner, once or conversation.model)
        position = next_position(conversation, question)
        return add_answer(conversation, question, limits, position=position, model=once)


def continue_answer(message: Message, *, seen: UUID | None = None, model: ChatModel | None = None) -> Message:
    """Let the model go on with the answer `message` where it stops; what comes of it is its sibling."""
    if message.role != Role.ASSISTANT or message.parent is None or not message.text.strip():
        raise Refusal("Only an answer that has begun can be continued.")
    with transaction.atomic():
        conversation = lock(message.conversation, model)
        refuse_stale(conversation, seen)
        refuse_unless_free(conversation)
        limits = admit(conversation.owner, conversation.model)
        position = next_position(conversation, message.parent)
        return add_answer(conversation, message.parent, limits, position=position, continues=message)


@transaction.atomic
def stop_answer(generation: Generation) -> None:
    """Stop `generation`, wherever it runs; what arrived is kept. Twice, or too late, does no harm."""
    rows = Generation.objects.filter(pk=generation.pk)
    never_ran = rows.filter(status=Status.QUEUED).update(status=Status.STOPPED, finished_at=timezone.now())
    if never_ran:
        release(generation)
        transaction.on_commit(lambda: bus.ring("answer", generation.pk))  # no runner will tell its viewers
    else:
        rows.active().update(stop_requested=True)
    transaction.on_commit(lambda: bus.ring("stop", generation.pk))


def stop_conversation(conversation: Conversation) -> None:
    """Stop whatever is being written for `conversation`."""
    for generation in conversation.generations.active():
        stop_answer(generation)


def lock(conversation: Conversation, model: ChatModel | None) -> Conversation:
    """Return `conversation` afresh, to be answered by `model`, and let nobody else add to it meanwhile.

    Raises Conflict when it was deleted since it was read: whoever deletes stops only what is there by then.
    """
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("leaf", "model", "owner")
    fresh = rows.filter(pk=conversation.pk, deleted_at=None).first()
    if fresh is None:
        raise Conflict("This conversation was deleted.")
    if model is not None and model != fresh.model:
        fresh.model = model
        fresh.save(update_fields=["model"])
    return fresh


def refuse_stale(conversation: Conversation, seen: UUID | None, kept: str = "") -> None:
    """Raise Conflict when `seen`, the last message that the asker's page showed, is not the last any more."""
    leaf = conversation.leaf
    if seen is not None and (leaf is None or leaf.public_id != seen):
        newest = "This conversation went on elsewhere. Here is its newest state"
        raise Conflict(f"{newest}; {kept}" if kept else f"{newest}.")


def add_exchange(
    conversation: Conversation,
    *,
    parent: Message | None,
    text: str,
    key: UUID,
    files: Sequence[Attachment] = (),
) -> Exchange:
    refuse_unless_free(conversation)
    limits = admit(conversation.owner, conversation.model)
    question = add_question(conversation, parent, text=text, key=key)
    attach(question, files, limits)
    return Exchange(question, add_answer(conversation, question, limits), tuple(files))


def attach(question: Message, files: Sequence[Attachment], limits: Limits = UNLIMITED) -> None:
    """Let `question` carry `files`; an earlier version of it may do so too."""
    if files:
        refuse_without(limits, "attachments")
        question.attachments.add(*files)


def add_question(conversation: Conversation, parent: Message | None, *, text: str, key: UUID) -> Message:
    return conversation.messages.create(
        parent=parent,
        position=next_position(conversation, parent),
        role=Role.USER,
        text=text,
        idempotency_key=key,
    )


def add_answer(
    conversation: Conversation,
    question: Message,
    limits: Limits,
    *,
    position: int = 0,
    model: ChatModel | None = None,
    continues: Message | None = None,
) -> Message:
    """Add an empty answer below `question`, queue its generation and ring the runner after the commit.

    Raises TooMany when a budget of `limits` has nothing left.
    """
    answer = conversation.messages.create(parent=question, position=position, role=Role.ASSISTANT)
    asked = model or conversation.model
    queued = conversation.generations.create(message=answer, model_asked=asked.name, continues=continues)
    if limits.budgets:
        reserve(conversation.owner, queued, estimate_answer(conversation, question, asked), limits)
    conversation.move_to(answer)
    transaction.on_commit(lambda: bus.ring("queue"))
    return answer


def next_position(conversation: Conversation, parent: Message | None) -> int:
    last = conversation.messages.filter(parent=parent).aggregate(Max("position"))["position__max"]
    return 0 if last is None else int(last) + 1


def refuse_unless_free(conversation: Conversation) -> None:
    """Raise Conflict while an answer is written for `conversation`, Unavailable while too many wait."""
    answers = Generation.objects.active().aggregate(
        here=Count("pk", filter=Q(conversation=conversation, message__isnull=False)),
        waiting=Count("pk", filter=Q(status=Status.QUEUED)),
    )
    if answers["here"]:
        raise Conflict("An answer is still being written here. Stop it, or wait for its end.")
    if answers["waiting"] >= WAITING_AT_MOST:
        raise Unavailable(
            "Too many people are waiting for an answer. Please try again in a minute.", retry_after_s=60
        )


def admit(owner: User, model: ChatModel) -> Limits:
    """Return the limits of `owner`, who may ask `model` now.

    Raises TooMany when they have sent as many messages in the last minute as they may, Refusal when the
    model is not for them.
    """
    await_turn(owner, model)
    limits = limits_of(owner)
    now = timezone.now()
    # To now, not on from then: after a clock was set back all of today would be recent.
    last_minute = (now - timedelta(minutes=1), now)
    # The conversation's own time narrows the search to what the index on it finds.
    lately = Message.objects.filter(
        conversation__owner=owner,
        conversation__updated_at__gte=last_minute[0],
        role=Role.ASSISTANT,
        created_at__range=last_minute,
    ).count()
    refuse_beyond(limits, lately)
    return limits


def await_turn(owner: User, model: ChatModel) -> None:
    """Let one transaction of `owner` ask at a time; raise Refusal when `model` is not for them.

    Twenty at once would all count the same. Who only adds rows of theirs, as an answer that ends does, need
    not wait.
    """
    kept_for = ChatModel.groups.through.objects.filter(chatmodel=model)
    people = User.objects.select_for_update(no_key=True, of=("self",)).annotate(
        is_kept=Exists(kept_for), is_theirs=Exists(kept_for.filter(group__user=OuterRef("pk")))
    )
    is_kept, is_theirs = people.values_list("is_kept", "is_theirs").get(pk=owner.pk)
    if is_kept and not is_theirs:
        raise Refusal(_("%(model)s is not for you to use. Please choose another model.") % {"model": model})


def placeholder_title(text: str) -> str:
    """Return the first words of `text`: what a conversation is called until it has a title."""
    line = " ".join(text.split())
    if len(line) <= PLACEHOLDER_TITLE_CHARACTERS:
        return line
    return line[:PLACEHOLDER_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(".,;:") + "…"


def exchange_with(owner: User, key: UUID) -> Exchange | None:
    question = (
        Message.objects.filter(idempotency_key=key, conversation__in=Conversation.objects.visible_to(owner))
        .select_related("conversation")
        .first()
    )
    if question is None:
        return None
    answer = question.replies.order_by("pk").first()
    return Exchange(question, answer) if answer else None


def sent_already(owner: User, key: UUID) -> Exchange:
    """Two sends with one key met: the other one won, and its exchange is the answer."""
    if exchange := exchange_with(owner, key):
        return exchange
    raise Conflict("This was sent before, or from elsewhere. Please send it again.")
