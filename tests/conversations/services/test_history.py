from conversations.models import Message, Role, Status
from conversations.services.history import build_messages, newest_below, path_to, spoken
from tests.factories import add_answer, add_question, make_conversation


def test_only_the_branch_of_the_leaf_is_returned(ada, django_assert_num_queries):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.", "And sea otters?")
    question = conversation.messages.get(text="What do otters eat?")
    crabs = add_answer(conversation, question, "Crabs.")

    with django_assert_num_queries(1):
        branch = path_to(crabs)

    assert [message.text for message in branch] == ["What do otters eat?", "Crabs."]


def test_the_branch_is_read_in_one_query_however_long(ada, django_assert_num_queries):
    conversation = make_conversation(ada, *[f"Turn {n}" for n in range(120)])

    with django_assert_num_queries(1):
        branch = path_to(conversation.leaf)

    assert [message.text for message in branch] == [f"Turn {n}" for n in range(120)]


def test_an_answer_that_failed_is_not_sent_and_the_questions_around_it_are_joined(ada):
    conversation = make_conversation(ada, "Hello?")
    failed = add_answer(conversation, conversation.leaf, "", status=Status.FAILED)
    again = add_question(conversation, failed, "Are you there?")

    messages = build_messages(spoken(path_to(again)))

    assert messages == [{"role": "user", "content": "Hello?\n\nAre you there?"}]


def test_the_newest_branch_below_a_message_is_found(ada):
    conversation = make_conversation(ada, "One", "Two", "Three", "Four")
    first = conversation.messages.get(text="One")
    other = add_answer(conversation, first, "Two again")

    assert newest_below(first) == other
    assert newest_below(conversation.messages.get(text="Two")).text == "Four"


def test_the_newest_version_is_the_last_among_its_siblings(ada):
    conversation = make_conversation(ada, "One")
    first = conversation.leaf
    newest = conversation.messages.create(parent=first, position=2, role=Role.ASSISTANT)
    conversation.messages.create(parent=first, position=1, role=Role.ASSISTANT)

    assert newest_below(first) == newest
    assert newest_below(newest) == newest


def test_the_newest_branch_is_found_in_one_query_however_deep_and_wide(ada, django_assert_num_queries):
    conversation = make_conversation(ada)
    first = parent = conversation.messages.create(role=Role.USER)
    for _ in range(2_500):
        place = {"conversation": conversation, "parent": parent, "role": Role.USER}
        parent = Message.objects.bulk_create([Message(position=n, **place) for n in range(2)])[-1]

    with django_assert_num_queries(1):
        leaf = newest_below(first)

    assert leaf == parent
