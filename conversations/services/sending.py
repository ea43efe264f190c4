"""From a generation to the request that is sent, and back: the exact request can be rebuilt and proved."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from django.db.models import prefetch_related_objects

from conversations.llm.types import ChatMessage, ChatRequest, Dialect, Parameters
from conversations.models import Attachment, ChatModel, Generation, Kind, Message, Purpose, Role, Summary

from .attachments.parts import FileGone, Sending, Way, choose_ways, parts_of
from .attachments.weighing import ALL_KINDS
from .compaction import SUMMARY_TOKENS, summary_messages, summary_prompt
from .history import build_messages, fingerprint, path_to, spoken
from .parameters import fit, tokens_asked
from .sight import sight_of
from .titles import TITLE_TOKENS, title_messages

SHORT = {Purpose.TITLE: TITLE_TOKENS, Purpose.SUMMARY: SUMMARY_TOKENS}
CACHED = {"cache": True}
GO_ON = (
    "Your last answer was cut off. Go on from exactly where it stops, beginning with the very next character."
    " Repeat nothing, and do not speak about this."
)

# The files of the messages that are sent, by message.
Files = Mapping[int, Sequence[Sending]]


def takes_all(_model: ChatModel) -> frozenset[Kind]:
    return ALL_KINDS


def prepare(
    generation: Generation, *, takes: Callable[[ChatModel], frozenset[Kind]] = takes_all
) -> ChatRequest:
    """Return the request for `generation`, and keep on its row what is sent.

    `takes` knows which kinds of files its model can use; of what it cannot, it is told that there is one.
    """
    model = ChatModel.objects.get(name=generation.model_asked)
    sent, system = chosen(generation, model, takes(model))
    files = choose_ways(sent, takes(model)) if generation.purpose == Purpose.ANSWER else {}
    generation.sent = [entry_of(message, files) for message in sent]
    generation.system_prompt = system
    generation.parameters = parameters_of(generation, model)
    request = compose(generation, model, sent, files)
    generation.body_hash = request.digest()
    generation.client_request_id = f"gen-{generation.pk}"
    generation.save(update_fields=["sent", "system_prompt", "parameters", "body_hash", "client_request_id"])
    return request


def entry_of(message: Message, files: Files) -> list[object]:
    """Return what a record keeps of a message: id, hash, and of each file it carried id, hash and way."""
    carried = [sending.record for sending in files.get(message.pk, ())]
    return [*fingerprint(message), carried] if carried else [*fingerprint(message)]


def rebuild(generation: Generation) -> ChatRequest | None:
    """Return the request as it was sent, or None when something it needs is gone or is not what it was."""
    ids = [entry[0] for entry in generation.sent]
    found = {str(message.public_id): message for message in Message.objects.filter(public_id__in=ids)}
    sent = [found.get(public_id) for public_id in ids]
    model = ChatModel.objects.filter(name=generation.model_asked).first()
    if model is None or not all(sent):
        return None
    messages = cast(list[Message], sent)
    try:
        request = compose(generation, model, messages, files_of_record(generation, messages))
    except FileGone:
        return None
    return request if request.digest() == generation.body_hash else None


def files_of_record(generation: Generation, messages: Sequence[Message]) -> Files:
    """Return the files that a record names, each the way it went out; raises FileGone."""
    records = {
        message.pk: entry[2]
        for message, entry in zip(messages, generation.sent, strict=True)
        if len(entry) > 2
    }
    ids = [record[0] for carried in records.values() for record in carried]
    found = {str(row.public_id): row for row in Attachment.objects.filter(public_id__in=ids)} if ids else {}
    return {
        pk: [sending_of(found.get(public_id), digest, Way(way)) for public_id, digest, way in carried]
        for pk, carried in records.items()
    }


def sending_of(attachment: Attachment | None, digest: str, way: Way) -> Sending:
    needs_words = way in {Way.IMAGE, Way.PDF, Way.TEXT}
    if attachment is None or attachment.sha256 != digest or (needs_words and attachment.is_deleted):
        raise FileGone
    return Sending(attachment, way)


def chosen(generation: Generation, model: ChatModel, takes: frozenset[Kind]) -> tuple[list[Message], str]:
    """Return the messages that `generation` is about and its system prompt; nothing else is loaded.

    Of a branch that is what fits the model's window, and what no summary stands for.
    """
    conversation = generation.conversation
    if generation.purpose == Purpose.TITLE:
        return spoken(path_to(conversation.leaf))[:2], ""
    end = end_of(generation)
    sight = sight_of(conversation, end, model, takes)
    branch = path_to(end, at_most=sight.length)
    prefetch_related_objects([message for message in branch if message.role == Role.USER], "attachments")
    sums_up = generation.purpose == Purpose.SUMMARY
    return spoken(branch), summary_prompt(sight.summary) if sums_up else sight.system


def end_of(generation: Generation) -> Message | None:
    """Return the last message that is sent."""
    if generation.purpose == Purpose.SUMMARY:
        summary = Summary.objects.filter(generation=generation).select_related("upto").first()
        return summary.upto if summary else None
    return generation.continues or (generation.message.parent if generation.message else None)


def parameters_of(generation: Generation, model: ChatModel) -> dict[str, object]:
    if generation.purpose in SHORT:
        return {"max_tokens": SHORT[Purpose(generation.purpose)], "dialect": model.dialect}
    fitting = fit(generation.conversation.parameters, model)
    chosen = {**fitting, "max_tokens": tokens_asked(fitting, model), "dialect": model.dialect}
    return chosen | CACHED if model.caches_prompts else chosen


def compose(generation: Generation, model: ChatModel, sent: list[Message], files: Files) -> ChatRequest:
    parts = {pk: parts_of(sendings) for pk, sendings in files.items()}
    messages: list[ChatMessage] = build_messages(sent, parts)
    if generation.purpose == Purpose.TITLE:
        messages = title_messages(sent)
    elif generation.purpose == Purpose.SUMMARY:
        messages = summary_messages(sent)
    elif generation.continues is not None:
        messages.append({"role": "user", "content": GO_ON})
    parameters = dict(generation.parameters)
    return ChatRequest(
        model=generation.model_asked,
        messages=messages,
        system=generation.system_prompt,
        max_tokens=int(parameters.pop("max_tokens", model.output_limit)),
        dialect=cast(Dialect, parameters.pop("dialect", model.dialect)),
        system_moved=bool(parameters.pop("system_moved", False)),
        cache=bool(parameters.pop("cache", False)),
        parameters=cast(Parameters, parameters),
    )


def parameters_sent(request: ChatRequest) -> dict[str, object]:
    """Return what a row keeps of `request` besides words, so that `rebuild` writes the same body."""
    kept: dict[str, object] = {"max_tokens": request.max_tokens, "dialect": request.dialect}
    if request.system_moved:
        kept["system_moved"] = True
    return {**request.parameters, **kept, **(CACHED if request.cache else {})}


def characters_sent(request: ChatRequest) -> int:
    """Return how many characters `request` holds, for the model's ratio of characters to tokens.

    None are told of a request with pictures or files: their tokens are counted too, and say nothing of words.
    """
    if not all(isinstance(message["content"], str) for message in request.messages):
        return 0
    return len(request.system) + sum(len(message["content"]) for message in request.messages)
