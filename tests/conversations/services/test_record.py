import json

from django.utils import timezone

from conversations.models import Generation, Message, Purpose, Role, Status
from conversations.services.history import path_to, spoken
from conversations.services.record import describe, recall
from conversations.services.sending import prepare, rebuild
from tests.factories import add_answer, add_question, make_attachment, make_conversation


def answer_below(conversation, question) -> Generation:
    """An answer to `question` that was asked for, as the runner prepares it."""
    answer = conversation.messages.create(parent=question, role=Role.ASSISTANT)
    generation = conversation.generations.create(message=answer, model_asked=conversation.model.name)
    prepare(generation)
    return Generation.objects.get(pk=generation.pk)


def texts(generation: Generation) -> list[str]:
    recalled = recall(generation)
    assert recalled is not None
    return [message.text for message in recalled[0]]


def test_a_record_is_as_long_for_many_messages_as_for_few(ada):
    few = answer_below(conversation := make_conversation(ada, "One"), conversation.leaf)
    many = answer_below(conversation := make_conversation(ada, *["Turn"] * 61), conversation.leaf)

    assert many.messages_sent == 61
    assert len(json.dumps(many.sent)) <= len(json.dumps(few.sent)) + 4
    assert len(texts(many)) == 61


def test_what_was_not_said_then_is_not_sent_again(ada):
    conversation = make_conversation(ada, "Hello?")
    failed = add_answer(conversation, conversation.leaf, "", status=Status.FAILED)
    again = add_question(conversation, failed, "Are you there?")
    gone = add_answer(conversation, again, "Yes.")
    Message.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    generation = answer_below(conversation, add_question(conversation, gone, "Good."))

    Message.objects.filter(pk=gone.pk).update(deleted_at=None)
    Message.objects.filter(pk=again.pk).update(deleted_at=timezone.now())

    assert texts(generation) == ["Hello?", "Are you there?", "Good."]
    assert generation.messages_sent == 3
    assert rebuild(generation) is not None


def test_other_branches_and_what_came_later_do_not_change_it(ada):
    conversation = make_conversation(ada, "One", "Two", "Three")
    generation = answer_below(conversation, conversation.leaf)
    first = conversation.messages.get(text="One")
    add_question(conversation, add_answer(conversation, first, "Two again"), "Three again")
    add_question(conversation, generation.message, "Four")

    assert texts(generation) == ["One", "Two", "Three"]
    assert rebuild(generation) is not None


def test_a_message_that_is_gone_for_ever_is_told_by_nothing_to_rebuild(ada):
    conversation = make_conversation(ada, "One", "Two", "Three")
    generation = answer_below(conversation, conversation.leaf)
    Message.objects.filter(text="Three").update(parent=None, position=9)

    assert recall(generation) is None
    assert rebuild(generation) is None


def test_files_are_recalled_as_they_went_out(ada):
    conversation = make_conversation(ada, "Read this.")
    file = make_attachment(ada, conversation.leaf)
    generation = answer_below(conversation, conversation.leaf)

    assert generation.sent["files"] == {
        str(conversation.leaf.pk): [[str(file.public_id), file.sha256, "text"]]
    }
    assert rebuild(generation) is not None
    file.sha256 = "0" * 64
    file.save()
    assert rebuild(generation) is None


def test_a_row_of_before_that_names_every_message_is_read_too(ada):
    conversation = make_conversation(ada, "One", "Two", "Three")
    file = make_attachment(ada, conversation.leaf)
    generation = answer_below(conversation, conversation.leaf)
    request = rebuild(generation)
    branch = path_to(conversation.leaf)
    generation.sent = [[str(one.public_id), "a hash"] for one in branch]
    generation.sent[-1].append([[str(file.public_id), file.sha256, "text"]])

    assert rebuild(generation) == request
    assert generation.messages_sent == 3
    generation.sent.insert(0, ["00000000-0000-4000-8000-000000000000", "a hash"])
    assert rebuild(generation) is None


def test_a_hash_of_before_is_in_hexadecimal_and_proves_as_much(ada):
    conversation = make_conversation(ada, "Hello?")
    generation = answer_below(conversation, conversation.leaf)
    request, proof = rebuild(generation), generation.body_sha256
    assert request is not None

    generation.body_digest, generation.body_hash = None, proof

    assert generation.body_sha256 == proof == request.digest()
    assert rebuild(generation) == request
    generation.body_hash = proof[::-1]
    assert rebuild(generation) is None


def test_what_ends_where_the_answer_stands_is_not_told_twice(ada):
    conversation = make_conversation(ada, "One", "Two", "Three")
    generation = answer_below(conversation, conversation.leaf)

    assert generation.sent == {"length": 3}
    assert texts(generation) == ["One", "Two", "Three"]
    generation.sent["last"] = conversation.leaf_id  # as rows of before have it
    assert texts(generation) == ["One", "Two", "Three"]


def test_nothing_that_was_sent_has_no_record(ada):
    conversation = make_conversation(ada, "Hello?")
    generation = conversation.generations.create(model_asked="test-model", purpose=Purpose.TITLE)

    assert describe(path_to(conversation.leaf), [], {}) is None
    assert generation.messages_sent == 0
    assert rebuild(generation) is None


def test_the_beginning_alone_can_be_recorded(ada):
    conversation = make_conversation(ada, "One", "Two", "Three", "Four")
    branch = path_to(conversation.leaf)

    record = describe(branch, spoken(branch)[:2], {})

    assert record == {"last": branch[1].pk, "length": 2}
