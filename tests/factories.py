"""Plain functions that make rows, read like the story of a test."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from conversations import wiring
from conversations.models import (
    Attachment,
    ChatModel,
    Conversation,
    Generation,
    Kind,
    Message,
    Policy,
    Role,
    Scope,
    Share,
    Status,
)
from conversations.rendering import render
from conversations.services.attachments.inspecting import Finding
from conversations.services.attachments.keeping import store

PASSWORD = "a long pass phrase"


def make_user(username: str = "ada", **fields: Any) -> User:
    return User.objects.create_user(username, password=PASSWORD, **fields)


def make_model(name: str = "test-model", **fields: object) -> ChatModel:
    model, _ = ChatModel.objects.get_or_create(name=name, defaults=fields)
    return model


def make_conversation(
    owner: User, *texts: str, model: ChatModel | None = None, **fields: object
) -> Conversation:
    """A conversation in which person and model took turns saying `texts`."""
    model = model or make_model()
    title = texts[0] if texts else ""
    conversation = Conversation.objects.create(owner=owner, model=model, **{"title": title[:60], **fields})
    leaf: Message | None = None
    for index, text in enumerate(texts):
        leaf = (
            add_question(conversation, leaf, text) if index % 2 == 0 else add_answer(conversation, leaf, text)
        )
    if leaf is not None:
        conversation.move_to(leaf)
    return conversation


def add_question(conversation: Conversation, parent: Message | None, text: str) -> Message:
    position = conversation.messages.filter(parent=parent).count()
    return conversation.messages.create(
        parent=parent, position=position, role=Role.USER, text=text, idempotency_key=uuid4()
    )


def add_answer(
    conversation: Conversation, parent: Message | None, text: str, **generation: object
) -> Message:
    """An answer that is done, unless `generation` says otherwise."""
    position = conversation.messages.filter(parent=parent).count()
    answer = conversation.messages.create(
        parent=parent,
        position=position,
        role=Role.ASSISTANT,
        text=text,
        **render(text),
    )
    facts = {
        "status": Status.DONE,
        "model_asked": conversation.model.name,
        "model_answered": conversation.model.name,
        "started_at": timezone.now(),
        "finished_at": timezone.now(),
        **generation,
    }
    Generation.objects.create(conversation=conversation, message=answer, **facts)
    return answer


def make_group(name: str, *people: User) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    group.user_set.add(*people)
    return group


def make_policy(*, person: User | None = None, group: Group | None = None, **said: Any) -> Policy:
    """What is said of a person, of the people of a group, or of everybody; pages know it at once."""
    policy, _ = Policy.objects.update_or_create(person=person, group=group, defaults=said)
    wiring.choice.forget()
    return policy


def make_share(conversation: Conversation, **fields: object) -> Share:
    """A link to what `conversation` shows, for people of the site, without an end."""
    facts = {"leaf": conversation.leaf, "title": conversation.title, "scope": Scope.PEOPLE, **fields}
    return Share.objects.create(conversation=conversation, **facts)


def make_attachment(
    owner: User,
    *messages: Message,
    name: str = "notes.txt",
    data: bytes = b"Otters eat fish.",
    kind: Kind = Kind.TEXT,
    **facts: Any,
) -> Attachment:
    """A file of `owner` as an upload leaves it, carried by `messages`; nothing is looked into."""
    media_types = {Kind.TEXT: "text/plain", Kind.IMAGE: "image/png", Kind.PDF: "application/pdf"}
    words = {"text": data.decode()} if kind == Kind.TEXT else {}
    attachment = store(owner, Finding(kind, media_types[kind], data, **{**words, **facts}), name=name)
    attachment.messages.set(messages)
    return attachment
