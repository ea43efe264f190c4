from uuid import uuid4

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

PAGE = "conversations:show_conversation"


def rendered(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


def test_an_address_is_the_one_that_django_finds():
    first, second = uuid4(), uuid4()

    assert rendered("{% url page id %}", page=PAGE, id=first) == reverse(PAGE, args=[first])
    assert rendered("{% url page id %}", page=PAGE, id=second) == reverse(PAGE, args=[second])
    assert (
        rendered(f"{{% url '{PAGE}' id as it %}}<{{{{ it }}}}>", id=first)
        == f"<{reverse(PAGE, args=[first])}>"
    )
    assert rendered("{% url 'conversations:new_conversation' %}") == reverse("conversations:new_conversation")
    assert rendered(f"{{% url '{PAGE}' id %}}", id=str(first)) == reverse(PAGE, args=[first])


def test_an_address_follows_the_prefix_of_the_site():
    before, one = get_script_prefix(), uuid4()
    try:
        set_script_prefix("/chat/")
        assert rendered(f"{{% url '{PAGE}' id %}}", id=one) == f"/chat/c/{one}/"
    finally:
        set_script_prefix(before)
    assert rendered(f"{{% url '{PAGE}' id %}}", id=one) == f"/c/{one}/"


def test_an_address_that_is_not_there_is_an_error_unless_it_is_asked_for():
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'conversations:nothing' id %}", id=uuid4())
    assert rendered("{% url 'conversations:nothing' id as it %}{{ it }}", id=uuid4()) == ""
