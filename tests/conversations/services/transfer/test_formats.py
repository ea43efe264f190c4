"""What the formats of others become."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.services.transfer.formats import read_conversation
from conversations.services.transfer.reading import moment_of
from conversations.services.transfer.values import ConversationCopy, Unreadable

from .files import house, sample


def read(name: str, number: int = 0) -> ConversationCopy:
    values = json.loads(sample(name))
    return read_conversation(values[number] if isinstance(values, list) else values)[1]


def lines(copy: ConversationCopy) -> list[tuple[str | None, str, str, str]]:
    return [(it.parent, it.key, it.role, it.text) for it in copy.messages]


def tool(what: str, name: str) -> str:
    return f"[{what} of a tool “{name}”: not imported]"


def file(name: str) -> str:
    return f"[File “{name}”: not imported]"


def test_chatgpt_keeps_branches_and_joins_what_a_model_did_for_one_answer():
    copy = read("chatgpt")

    assert lines(copy) == [
        (None, "q1", "user", "[Image: not imported]\n\nWhat do otters eat?"),
        (
            "q1",
            "t1",
            "assistant",
            f"{tool('Call', 'web.run')}\n\n{tool('Result', 'web.run')}\n\nFish, mostly.",
        ),
        ("t1", "q2", "user", "And sea otters?\n\n[File “sea otter .pdf”: not imported]"),
        ("q2", "a2", "assistant", "Urchins."),
        ("q1", "a1b", "assistant", "Crabs, too."),
    ]
    assert copy.messages[1].reasoning == "Otters live by water."
    assert [it.model for it in copy.messages] == ["", "gpt-5-thinking", "", "gpt-4o", "gpt-4o"]
    assert (copy.leaf, copy.title, copy.archived, copy.replaced) == ("a2", "What otters eat", True, 4)
    assert copy.created_at == datetime.fromtimestamp(1756000000.123456, UTC)
    assert copy.messages[3].created_at == datetime.fromtimestamp(1756000201, UTC)


def test_chatgpt_without_a_mapping_is_no_conversation():
    with pytest.raises(Unreadable, match="not a conversation in a format that is known"):
        read("chatgpt", 1)


def test_claude_in_a_row_keeps_thoughts_and_the_words_of_attached_texts():
    copy = read("claude")

    assert lines(copy) == [
        (
            None,
            "m1",
            "user",
            f"Which river is longest?\n\n{file('rivers.txt')}\n\nNile 6650\nAmazon 6400\n\n{file('map.png')}",
        ),
        (
            "m1",
            "m2",
            "assistant",
            f"The Nile.\n\n{tool('Call', 'search')}\n\n{tool('Result', 'search')}\n\nBy most measures.",
        ),
    ]
    assert copy.messages[1].reasoning == "Two candidates."
    assert copy.model == "Claude"


def test_claude_as_a_tree_keeps_its_branches():
    copy = read("claude", 1)

    assert [(it.parent, it.key) for it in copy.messages] == [(None, "n1"), ("n1", "n2"), ("n1", "n3")]
    assert copy.leaf == "n2"


def test_a_conversation_without_words_is_none():
    with pytest.raises(Unreadable, match="there are no words in it"):
        read("claude", 2)


def test_open_webui_keeps_the_order_of_versions_and_tells_thoughts_apart():
    copy = read("openwebui")

    assert lines(copy) == [
        (None, "a1", "user", "What is 15 * 17?\n\n[Image: not imported]"),
        ("a1", "b1", "assistant", "[Call of a tool: not imported]\n\n255"),
        ("a1", "b2", "assistant", "It is 255."),
    ]
    assert copy.messages[1].reasoning == "Ten times 15, and seven times."
    assert (copy.leaf, copy.pinned, copy.system_prompt) == ("b2", True, "Count well.")


def test_open_webui_from_before_it_had_branches():
    copy = read("openwebui", 1)

    assert [it.text for it in copy.messages] == ["Hello", "Hi there!"]
    assert copy.messages[1].parent == copy.messages[0].key


def test_librechat_with_children_inside_of_their_parents():
    copy = read("librechat-tree")

    assert [(it.parent, it.key) for it in copy.messages] == [
        (None, "m1"),
        ("m1", "m2"),
        ("m2", "m3"),
        ("m3", "m4"),
        ("m3", "m5"),
    ]
    assert copy.messages[4].text == "Happy coding!\n\n[Call of a tool “wave”: not imported]"
    assert copy.messages[4].reasoning == "They are polite."
    assert copy.system_prompt == "You are an expert."


def test_librechat_in_a_row_with_branches():
    copy = read("librechat-flat")

    assert [(it.parent, it.key) for it in copy.messages] == [
        (None, "x1"),
        ("x1", "x2"),
        (None, "x3"),
        ("x3", "x4"),
    ]
    assert copy.leaf == "x4"


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([{"id": "a", "parent": "a", "role": "user", "text": "x"}], "in a circle"),
        (
            [
                {"id": "a", "parent": "b", "role": "user", "text": "x"},
                {"id": "b", "parent": "a", "role": "user", "text": "y"},
            ],
            "in a circle",
        ),
        (
            [
                {"id": "a", "parent": None, "role": "user", "text": "x"},
                {"id": "a", "parent": None, "role": "user", "text": "y"},
            ],
            "the same id",
        ),
        ([{"id": "a", "parent": "gone", "role": "user", "text": "x"}], "that is not there"),
        ([{"id": "a", "parent": None, "role": "system", "text": "x"}], "neither a person’s nor a model’s"),
        ([{"id": "a", "parent": None, "role": "user", "text": "x" * 1_000_001}], "1,000,000 characters"),
        ([{"id": str(n), "parent": None, "role": "user"} for n in range(10_001)], "10,001 messages"),
        (["x", 1, None], "no messages"),
    ],
)
def test_what_is_no_tree_is_told(messages, why):
    with pytest.raises(Unreadable, match=why):
        read_conversation(house(*messages))


def test_a_foreign_tree_with_a_circle_is_told():
    entry = {"message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}
    with pytest.raises(Unreadable, match="in a circle"):
        read_conversation(
            {"id": "x", "mapping": {"a": {**entry, "parent": "b"}, "b": {**entry, "parent": "a"}}}
        )


def test_a_message_whose_parent_is_missing_begins_a_branch():
    entry = {"message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}
    _, copy = read_conversation({"id": "x", "mapping": {"a": {**entry, "parent": "gone"}}})

    assert lines(copy) == [(None, "a", "user", "x")]


def test_a_version_from_the_future_is_told():
    with pytest.raises(Unreadable, match="chatsite-conversation/2"):
        read_conversation(house(schema="chatsite-conversation/2"))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "yesterday",
        [],
        {},
        -1,
        0,
        1e300,
        float("nan"),
        10**400,
        "9999-99-99",
        "0001-01-01",
        1e13,
    ],
)
def test_an_absurd_time_is_none(value):
    assert moment_of(value) is None


@pytest.mark.parametrize(
    "value", [1700000000, 1700000000.0, 1700000000000, "2023-11-14T22:13:20Z", "2023-11-15T00:13:20+02:00"]
)
def test_a_time_is_read_in_all_its_spellings(value):
    assert moment_of(value) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_what_no_database_keeps_is_left_out():
    _, copy = read_conversation(
        house({"id": "q", "parent": None, "role": "user", "text": "a\0b\ud800c\r\nd"}, title="x\0\ud800\n y")
    )

    assert copy.messages[0].text == "ab\ufffdc\nd"
    assert "\0" not in copy.title


SAMPLES = ["chatgpt", "claude", "openwebui", "librechat-tree", "librechat-flat"]
ODD = st.sampled_from(
    [
        None,
        True,
        -1,
        1e300,
        10**400,
        "",
        "x",
        "\0\ud800",
        "<script>",
        "a" * 5_000,
        [],
        {},
        [[]],
        [{}],
        {"a": {}},
        ["q1", None],
    ]
).map(deepcopy)


def all_records() -> list[dict]:
    values = [json.loads(sample(name)) for name in SAMPLES]
    return [it for value in values for it in (value if isinstance(value, list) else [value])] + [house()]


def places(value, path=()):
    """The way to everything inside of `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


@given(st.data())
@settings(max_examples=200)
def test_whatever_stands_in_a_place_it_is_a_conversation_or_a_reason(data):
    record = data.draw(st.sampled_from(all_records()))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(record))))
        inside = record
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = data.draw(ODD)
    try:
        _, copy = read_conversation(record)
    except Unreadable:
        return
    keys = [message.key for message in copy.messages]
    assert copy.leaf in keys
    assert all(it.parent is None or it.parent in keys[:number] for number, it in enumerate(copy.messages))
    json.dumps([copy.title, *(it.text for it in copy.messages)], ensure_ascii=False).encode()


def test_what_open_webui_thought_costs_what_it_weighs():
    began = thread_time()
    text = '<details type="reasoning" done="true">' + "\n" * 500_000 + "</details>said"
    _, copy = read_conversation(
        {
            "id": "x",
            "chat": {"messages": [{"role": "assistant", "content": text}, {"role": "user", "content": "?"}]},
        }
    )

    assert copy.messages[0].text == "said"
    assert thread_time() - began < 1
