"""Ask, edit, ask again. Nothing runs here: a queued Generation is left and the bell is rung."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from conversations import bus
from conversations.models import Attachment, ChatModel, Conversation, Message, Role

from .admission import admit, clean_text, lock, refuse_stale, refuse_unless_free
from .budgets import reserve
from .errors import Conflict, Refusal
from .estimating import estimate_answer
from .limits import UNLIMITED, Limits, refuse_without
from .titles import placeholder_title


@dataclass(frozen=True, slots=True)
class Exchange:
    """A person's message and the answer that is to come; `files` where they are known without asking."""

    question: Message
    answer: Message
    files: tuple[Attachment, ...] | None = field(default=None, compare=False)


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
    text = clean_text(text, files=files)
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
                title=placeholder_title(text or files[0].name),
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
    text = clean_text(text, files=files)
    try:
        with transaction.atomic():
            conversation = lock(conversation, model)
            if exchange := exchange_with(conversation.owner, key):
                return exchange
            refuse_stale(conversation, seen, keeps_text=True)
            return add_exchange(conversation, parent=conversation.leaf, text=text, key=key, files=files)
    except IntegrityError:
        return sent_already(conversation.owner, key)


def edit_message(message: Message, *, text: str, key: UUID, model: ChatModel | None = None) -> Exchange:
    """Add `text` beside the person's `message`, with its files, and ask again from there."""
    if message.role != Role.USER:
        raise Refusal(_("Only your own messages can be edited."))
    owner = message.conversation.owner
    files = list(message.attachments.filter(deleted_at=None).without_text())
    text = clean_text(text, files=files)
    try:
        with transaction.atomic():
            conversation = lock(message.conversation, model)
            if exchange := exchange_with(owner, key):
                return exchange
            return add_exchange(conversation, parent=message.parent, text=text, key=key, files=files)
    except IntegrityError:
        return sent_already(owner, key)


def save_edit(message: Message, *, text: str, key: UUID) -> Message:
    """Add `text` beside the person's `message` and ask nothing yet; the same `key` again adds no more."""
    if message.role != Role.USER:
        raise Refusal(_("Only your own messages can be edited."))
    files = list(message.attachments.filter(deleted_at=None).without_text())
    text = clean_text(text, files=files)
    with transaction.atomic():
        conversation = lock(message.conversation, None)
        if saved := conversation.messages.filter(idempotency_key=key).first():
            return saved
        refuse_unless_free(conversation)
        edited = add_question(conversation, message.parent, text=text, key=key)
        attach(edited, files)
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
        raise Refusal(_("Only an answer to a question can be asked for."))
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
        raise Refusal(_("Only an answer that has begun can be continued."))
    with transaction.atomic():
        conversation = lock(message.conversation, model)
        refuse_stale(conversation, seen)
        refuse_unless_free(conversation)
        limits = admit(conversation.owner, conversation.model)
        position = next_position(conversation, message.parent)
        return add_answer(conversation, message.parent, limits, position=position, continues=message)


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
    raise Conflict(_("This was sent before, or from elsewhere. Please send it again."))
