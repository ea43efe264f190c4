import re
from uuid import uuid4

import pytest
from django.template import RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory

from conversations.models import Problem, Status, Thumb
from conversations.services.entries import entries_of
from conversations.services.feedback import rate_answer
from conversations.services.history import path_to
from conversations.services.transcript import add_feedback
from tests.factories import add_answer, add_question, make_conversation

ROW = "{% load stamps %}{% stamp id as it by kind %}<{{ it }} {{ kind }} {{ words }}>{% endstamp %}"
ACTIONS = Template("{% include 'conversations/_message_actions.html' %}")


def drawn(request, template=None, **context):
    return (template or Template(ROW)).render(RequestContext(request, context))


def without_token(text):
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", text)


def test_a_block_is_drawn_once_a_page_for_equal_values():
    page, row = RequestFactory().get("/"), Template(ROW)
    first, second, third = uuid4(), uuid4(), uuid4()

    assert drawn(page, row, id=first, kind="a", words="<b>") == f"<{first} a &lt;b&gt;>"
    assert drawn(page, row, id=second, kind="a", words="not drawn") == f"<{second} a &lt;b&gt;>"
    assert drawn(page, row, id=third, kind="b", words="new") == f"<{third} b new>"
    assert drawn(RequestFactory().get("/"), row, id=first, kind="a", words="new") == f"<{first} a new>"


def test_a_part_without_a_page_is_drawn_each_time():
    row, one = Template(ROW), uuid4()

    for words in ("some", "others"):
        assert drawn(None, row, id=one, kind="a", words=words) == f"<{one} a {words}>"


@pytest.mark.parametrize("wrong", ["id", "id it", "id in it", "id as it kind"])
def test_what_cannot_be_understood_is_an_error_of_the_template(wrong):
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% load stamps %}}{{% stamp {wrong} %}}{{% endstamp %}}")


@pytest.mark.django_db
def test_the_buttons_of_each_message_are_those_that_it_would_have_alone(ada):
    talk = make_conversation(ada, *["Why?", "So.", "Again?", "Yes."] * 4)
    leaf = talk.leaf
    states = [{}, {"status": Status.STOPPED}, {"status": Status.FAILED, "problem": Problem.BUSY}]
    for state in states * 2:
        leaf = add_answer(talk, add_question(talk, leaf, "And?"), "" if len(state) > 1 else "So.", **state)
    rate_answer(leaf, thumb=Thumb.UP)
    entries = entries_of(path_to(leaf), None)
    add_feedback(entries)
    shared = RequestFactory().get("/")

    for entry in entries:
        context = {
            "entry": entry,
            "message": entry.message,
            "several_models": True,
            "generation": entry.generation,
        }
        alone = without_token(drawn(RequestFactory().get("/"), ACTIONS, **context))
        assert without_token(drawn(shared, ACTIONS, **context)) == alone
        assert str(entry.message.public_id) in alone
