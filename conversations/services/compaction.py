"""A summary in place of the beginning of a conversation: asked for, read, changed, taken back by its owner.

To the model it is a part of the system prompt, which every call keeps as it was sent.
"""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import bus
from conversations.llm.types import ChatMessage
from conversations.models import Conversation, Generation, Message, Purpose, Role, Status, Summary

from .admission import await_turn, lock
from .budgets import reserve
from .errors import Conflict, Refusal
from .estimating import estimate_summary
from .history import branch_ids, words_of
from .limits import limits_of

# The newest messages stay as they were said.
KEPT = 4
SUMMARY_TOKENS = 1_000
SUMMARY_CHARACTERS = 20_000
INSTRUCTION = (
    "You sum up conversations so that they can go on without their beginning. Keep every fact, decision, "
    "name, number, file and open question that may matter later, and who said what. Leave out pleasantries. "
    "Write in the language of the conversation, in short paragraphs or lists, and nothing but the summary."
)
BEFORE = "\n\nA summary of what was said before that, to be taken up into yours:\n\n"
STANDS_FOR = "Summary of the earlier part of this conversation, which is not repeated here:\n\n"


def summarise(conversation: Conversation) -> Summary:
    """Ask the model of `conversation` for a summary of all but its newest messages.

    Raises Refusal when there is too little to sum up, Conflict while one is being written, TooMany when the
    owner's budget is used up.
    """
    with transaction.atomic():
        conversation = lock(conversation, None)
        if conversation.generations.active().filter(purpose=Purpose.SUMMARY).exists():
            raise Conflict(_("A summary is being written already."))
        await_turn(conversation.owner, conversation.model)
        limits = limits_of(conversation.owner)
        upto = last_of_the_beginning(conversation)
        Summary.objects.filter(upto=upto).delete()
        generation = conversation.generations.create(
            purpose=Purpose.SUMMARY, model_asked=conversation.model.name
        )
        if limits.budgets:
            held = estimate_summary(conversation, conversation.model, answer_tokens=SUMMARY_TOKENS)
            reserve(conversation.owner, generation, held, limits)
        transaction.on_commit(lambda: bus.ring("queue"))
        return Summary.objects.create(conversation=conversation, upto=upto, generation=generation)


def last_of_the_beginning(conversation: Conversation) -> Message:
    """Return the message up to which a summary would reach: what stays begins with a person's message."""
    branch = branch_ids(conversation, conversation.leaf_id)
    answers = conversation.messages.filter(pk__in=branch[-KEPT - 2 : -KEPT], role=Role.ASSISTANT)
    upto = answers.order_by("-pk").first()
    if upto is None:
        raise Refusal(_("There is too little to sum up: the newest messages always stay as they are."))
    if Summary.objects.filter(upto=upto).exclude(text="").exists():
        raise Refusal(_("All but the newest messages are summed up already."))
    return upto


def keep_summary(generation: Generation, text: str) -> None:
    """Keep what the model said as the summary that `generation` was asked for, if it came to its end."""
    if generation.status == Status.DONE and text.strip():
        Summary.objects.filter(generation=generation).update(text=text.strip())


def edit_summary(summary: Summary, *, text: str) -> None:
    """Let `summary` say what its owner writes."""
    text = text.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()
    if not text:
        raise Refusal(_("A summary needs words; to do without it, take it back."))
    if len(text) > SUMMARY_CHARACTERS:
        raise Refusal(
            _("A summary can have %(most)s characters; this one has %(count)s.")
            % {"most": intcomma(SUMMARY_CHARACTERS), "count": intcomma(len(text))}
        )
    summary.text, summary.by_person = text, True
    summary.save(update_fields=["text", "by_person"])


def remove_summary(summary: Summary) -> None:
    """Let the model read again what `summary` stood for; one that is being written is stopped."""
    if summary.generation is not None:
        Generation.objects.active().filter(pk=summary.generation.pk).update(stop_requested=True)
        transaction.on_commit(lambda pk=summary.generation.pk: bus.ring("stop", pk))  # type: ignore[misc]
    summary.delete()


def summary_for(conversation: Conversation, end: Message | None) -> Summary | None:
    """Return the newest summary of the branch to `end`; nearly always there is none, for one query."""
    summaries = {summary.upto_id: summary for summary in conversation.summaries.all() if summary.text}
    if not summaries or end is None:
        return None
    branch = branch_ids(conversation, end.pk)
    return next((summaries[pk] for pk in reversed(branch) if pk in summaries), None)


def with_summary(system_prompt: str, summary: Summary | None) -> str:
    """Return the system prompt that is sent when `summary` stands for the beginning."""
    if summary is None:
        return system_prompt
    said = STANDS_FOR + summary.text
    return f"{system_prompt}\n\n{said}" if system_prompt else said


def summary_prompt(before: Summary | None) -> str:
    """Return the system prompt of the call that sums up what came after the summary `before`."""
    return INSTRUCTION + BEFORE + before.text if before else INSTRUCTION


def summary_messages(sent: list[Message]) -> list[ChatMessage]:
    """Return the `messages` array that asks for a summary of `sent`."""
    said = "\n\n".join(
        f"{'Person' if message.role == Role.USER else 'Assistant'}: {words_of(message)}" for message in sent
    )
    return [{"role": "user", "content": f"{said}\n\n---\nSum up the conversation above."}]
