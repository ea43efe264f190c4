from conversations.models import Generation, Message, Status
from conversations.rendering import ON_READ, RENDERER_VERSION, render_markdown, render_plain
from conversations.services.transcript import build_entries, build_entry
from tests.factories import add_answer, make_conversation, make_model

DEAR = "**Fish.** " * 500


def test_an_answer_that_ends_while_it_is_read_is_shown_whole_and_stays_stored(ada):
    conversation = make_conversation(ada, "What do otters eat?")
    answer = add_answer(conversation, conversation.leaf, "", status=Status.RUNNING)
    Message.objects.filter(pk=answer.pk).update(html="", renderer_version=0)
    read_before_the_end = Message.objects.get(pk=answer.pk)
    html = render_markdown("**Fish.**")
    Message.objects.filter(pk=answer.pk).update(
        text="**Fish.**", html=html, renderer_version=RENDERER_VERSION
    )
    Generation.objects.filter(message=answer).update(status=Status.DONE)

    entry = build_entry(read_before_the_end)

    assert entry.html == html
    assert entry.message.text == "**Fish.**"
    assert Message.objects.get(pk=answer.pk).html == html


def test_what_an_older_renderer_made_is_rendered_again_and_kept(ada):
    conversation = make_conversation(ada, "What do otters eat?", DEAR)
    Message.objects.filter(pk=conversation.leaf.pk).update(html="old", renderer_version=RENDERER_VERSION + 1)

    entry = build_entry(Message.objects.get(pk=conversation.leaf.pk))

    assert "<strong>Fish.</strong>" in entry.html
    kept = Message.objects.get(pk=conversation.leaf.pk)
    assert (kept.html, kept.renderer_version) == (entry.html, RENDERER_VERSION)


def test_what_is_soon_rendered_is_rendered_whenever_it_is_read_and_nothing_is_written(
    ada, django_assert_num_queries
):
    conversation = make_conversation(ada, "What do otters eat?", "**Fish.**")
    Message.objects.filter(pk=conversation.leaf.pk).update(html="", renderer_version=ON_READ)
    message = Message.objects.get(pk=conversation.leaf.pk)

    with django_assert_num_queries(4):  # its generation, files, versions and thumb
        entry = build_entry(message)

    assert entry.html == render_markdown("**Fish.**")


def test_an_answer_that_took_too_long_to_render_again_is_plain_from_then_on(ada, no_time_to_render):
    conversation = make_conversation(ada, "What do otters eat?", "**Fish.**")
    Message.objects.filter(pk=conversation.leaf.pk).update(renderer_version=RENDERER_VERSION + 1)

    entry = build_entry(Message.objects.get(pk=conversation.leaf.pk))

    kept = Message.objects.get(pk=conversation.leaf.pk)
    assert entry.html == render_plain("**Fish.**")
    assert kept.plain


def test_a_model_has_one_name_whatever_version_of_it_answered(ada):
    model = make_model("anthropic/claude-sonnet-4", label="Claude Sonnet 4")
    conversation = make_conversation(ada, "One", "Two", "Three", "Four", model=model)
    conversation.generations.update(model_answered="claude-sonnet-4-20250514")
    last = conversation.leaf.generation
    last.model_answered = ""  # not answered yet
    last.save()

    entries = build_entries(conversation)

    assert {entry.model_name for entry in entries if entry.generation} == {str(model)}
    assert [entry.shows_model for entry in entries] == [False, True, False, False]
