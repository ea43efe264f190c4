"""From a file to rows, in steps; again and again."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Conversation, Generation, Import, Message, Origin, Stage
from conversations.services.admission import MESSAGES_PER_MINUTE, admit
from conversations.services.errors import Conflict, Refusal
from conversations.services.keeping import delete_conversation
from conversations.services.transcript import build_entries
from conversations.services.transfer import advance, begin, drop, house, importing, receive
from conversations.services.transfer.unpacking import NOT_KNOWN
from conversations.services.transfer.writing import copy_of, write_conversation
from tests.factories import add_answer, make_conversation, make_model

from . import files
from .files import sample, zipped


@pytest.fixture
def receive_for(tmp_path):
    def take(owner, data: bytes, name: str = "conversations.json") -> Import:
        return receive(owner, io.BytesIO(data), name=name, directory=tmp_path, most_bytes=50_000_000)

    return take


@pytest.fixture
def work(tmp_path):
    def to_the_end(it: Import, for_s: float = 60) -> Import:
        while it.is_working:
            advance(it, directory=tmp_path, model=make_model(), for_s=for_s)
        return it

    return to_the_end


@pytest.fixture
def take_in(receive_for, work):
    """Import `data` as its owner would: upload, look, begin."""

    def take(owner, data: bytes) -> Import:
        it = work(receive_for(owner, data))
        if it.stage == Stage.CHECKED:
            begin(it)
            work(it)
        return it

    return take


def test_what_is_in_a_file_is_told_before_anything_is_written(ada, receive_for, work):
    it = work(receive_for(ada, sample("chatgpt")))

    assert (it.stage, it.source, it.found, it.messages, it.replaced) == (Stage.CHECKED, "chatgpt", 2, 7, 4)
    assert it.unreadable == 1
    assert it.skipped == [{"number": 2, "why": "it is not a conversation in a format that is known here"}]
    assert not Conversation.objects.exists()


def test_what_is_taken_in_has_its_branches_and_its_times(ada, take_in):
    it = take_in(ada, sample("chatgpt"))

    otters = Conversation.objects.get(title="What otters eat")
    question = otters.messages.get(parent=None)
    assert (it.stage, it.taken, it.taken_messages) == (Stage.DONE, 2, 7)
    assert [reply.text[-11:] for reply in question.replies.order_by("position")] == [
        "sh, mostly.",
        "Crabs, too.",
    ]
    assert otters.leaf.text == "Urchins."
    assert otters.created_at == datetime.fromtimestamp(1756000000.123456, UTC)
    assert otters.updated_at == datetime.fromtimestamp(1756000400.654321, UTC)
    assert otters.archived
    assert otters.title_by_person
    assert [entry.model_name for entry in build_entries(otters)] == ["", "gpt-5-thinking", "", "gpt-4o"]


def test_an_imported_answer_is_rendered_when_it_is_shown(ada, take_in, django_assert_num_queries):
    markup = "**Fish** <script>alert(1)</script> [x](javascript:alert(1))"
    data = files.house(
        {"id": "q", "parent": None, "role": "user", "text": "?"},
        {"id": "a", "parent": "q", "role": "assistant", "text": markup},
    )
    take_in(ada, json.dumps(data).encode())
    conversation = Conversation.objects.select_related("leaf", "model").get()

    with django_assert_num_queries(8):  # its owner is asked for once
        html = build_entries(conversation)[1].html

    assert "<strong>Fish</strong>" in html
    assert "<script" not in html
    assert "javascript:" not in html.lower().replace("javascript:alert(1))", "")
    with django_assert_num_queries(7):
        build_entries(conversation)


def test_a_conversation_without_a_title_is_called_by_its_first_words(ada, take_in):
    take_in(ada, sample("chatgpt"))

    pasta = Conversation.objects.exclude(title="What otters eat").get()
    assert pasta.title == "Something with anchovies?"
    assert not pasta.title_by_person


def test_the_same_file_again_adds_nothing(ada, take_in):
    take_in(ada, sample("chatgpt"))
    again = take_in(ada, zipped(conversations=sample("chatgpt")))

    assert (again.stage, again.found, again.here_already) == (Stage.DONE, 0, 2)
    assert Conversation.objects.count() == 2


def test_a_newer_file_adds_what_is_new(ada, take_in):
    take_in(ada, sample("openwebui"))
    newer = [*json.loads(sample("openwebui")), {**json.loads(sample("openwebui"))[0], "id": "new"}]
    it = take_in(ada, json.dumps(newer).encode())

    assert (it.taken, it.here_already) == (1, 2)


def test_what_a_file_has_twice_is_added_once(ada, take_in):
    it = take_in(ada, json.dumps([files.house(), files.house()]).encode())

    assert (it.taken, it.here_already) == (1, 1)


def test_what_is_in_the_trash_stays_there(ada, take_in):
    take_in(ada, json.dumps(files.house()).encode())
    delete_conversation(Conversation.objects.get())

    assert take_in(ada, json.dumps(files.house()).encode()).taken == 0
    assert Conversation.objects.count() == 1


def test_ones_own_export_finds_what_is_here_already(ada, bob, take_in):
    conversation = make_conversation(ada, "Hello", "Hi")
    data = house.write(copy_of(conversation)).encode()

    assert take_in(ada, data).here_already == 1
    assert take_in(bob, data).taken == 1
    assert Conversation.objects.filter(owner=ada).count() == 1
    assert Conversation.objects.get(owner=bob).public_id != conversation.public_id


def test_two_people_may_import_the_same_file(ada, bob, take_in):
    take_in(ada, sample("claude"))

    assert take_in(bob, sample("claude")).taken == 2


@pytest.mark.parametrize("name", ["claude", "openwebui", "librechat-tree", "librechat-flat"])
def test_each_format_goes_in_and_comes_out_as_ours(ada, bob, take_in, name):
    take_in(ada, sample(name))
    out = {it.pk: copy_of(it) for it in Conversation.objects.filter(owner=ada)}
    take_in(bob, "\n".join(map(house.write, out.values())).encode())

    assert len(out) > 0
    back = [copy_of(it) for it in Conversation.objects.filter(owner=bob).order_by("pk")]
    assert [shape(it) for it in back] == [shape(it) for _, it in sorted(out.items())]


def shape(copy) -> list[object]:
    """A copy without the names that each site gives anew."""
    number = {message.key: index for index, message in enumerate(copy.messages)}
    facts = (copy.title, copy.title_by_person, copy.created_at, copy.updated_at, copy.system_prompt)
    kept = (copy.pinned, copy.archived, copy.folder, number[copy.leaf])
    messages = [
        (
            number.get(it.parent),
            it.role,
            it.text,
            it.reasoning,
            it.created_at,
            it.model,
            it.status,
            it.problem,
        )
        for it in copy.messages
    ]
    return [facts, kept, messages]


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=30)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STATUSES = st.sampled_from(["done", "stopped", "interrupted", "failed"])


@st.composite
def trees(draw):
    """A conversation of any shape: each message answers any earlier one, or none."""
    messages = []
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.none() | st.integers(0, number - 1)) if number else None
        answer = draw(st.booleans())
        messages.append(
            {
                "id": str(number),
                "parent": None if parent is None else str(parent),
                "role": "assistant" if answer else "user",
                "text": draw(WORDS),
                "created_at": draw(TIMES).isoformat(),
                **({"reasoning": draw(WORDS), "model": "m", "status": draw(STATUSES)} if answer else {}),
            }
        )
    shown = str(draw(st.integers(0, len(messages) - 1)))
    return files.house(*messages, title="T", shown=shown, pinned=draw(st.booleans()), folder="F")


@given(trees())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_tree_in_our_json_comes_back_equal(ada, tree):
    first = write(ada, house.read(tree))
    second = write(ada, house.read(json.loads(house.write(first))))

    assert shape(second) == shape(first)
    assert shape(first)[2] == shape(house.read(tree))[2]
    Conversation.objects.all().delete()


def write(owner, copy):
    conversation = write_conversation(
        owner, copy, source="house", model=make_model(), now=timezone.now() + timedelta(days=365)
    )
    Origin.objects.all().delete()
    return copy_of(Conversation.objects.select_related("model").get(pk=conversation.pk))


@given(st.binary(max_size=200))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_looked_through_or_told(ada, receive_for, work, data):
    Import.objects.all().delete()
    try:
        it = work(receive_for(ada, b"[" + data))
    except Refusal:
        return
    assert it.stage == Stage.CHECKED or it.problem


def test_an_import_goes_on_after_a_step_that_was_the_last_of_a_process(
    ada, receive_for, tmp_path, monkeypatch
):
    monkeypatch.setattr(importing, "BATCH_CONVERSATIONS", 2)
    it = receive_for(ada, json.dumps([files.house(id=str(n)) for n in range(7)]).encode())
    steps = 0
    while not Import.objects.filter(stage=Stage.DONE).exists():
        it = Import.objects.get()
        if it.stage == Stage.CHECKED:
            begin(it)
        advance(it, directory=tmp_path, model=make_model(), for_s=0)
        steps += 1

    assert steps > 6
    assert Origin.objects.count() == Conversation.objects.count() == 7
    assert list(tmp_path.iterdir()) == []


def test_two_pages_of_one_import_add_everything_once(ada, receive_for, work, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_CONVERSATIONS", 2)
    it = work(receive_for(ada, json.dumps([files.house(id=str(n)) for n in range(5)]).encode()))
    begin(it)
    other = Import.objects.get(pk=it.pk)

    advance(it, directory=tmp_path, model=make_model(), for_s=0)
    advance(other, directory=tmp_path, model=make_model(), for_s=0)
    work(other)

    assert Conversation.objects.count() == 5
    assert Import.objects.get().taken == 5


def test_a_batch_that_fails_leaves_nothing_half(ada, receive_for, work, tmp_path, monkeypatch):
    it = work(receive_for(ada, sample("chatgpt")))
    begin(it)

    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(Generation.objects, "bulk_create", fail)
    with pytest.raises(MemoryError):
        advance(it, directory=tmp_path, model=make_model(), for_s=9)
    monkeypatch.undo()

    assert not Message.objects.exists()
    work(Import.objects.get())
    assert Conversation.objects.count() == 2


def test_one_import_at_a_time_for_a_person(ada, bob, receive_for, work):
    it = receive_for(ada, sample("claude"))
    with pytest.raises(Conflict):
        receive_for(ada, sample("claude"))
    receive_for(bob, sample("claude"))
    work(it)
    with pytest.raises(Conflict):
        receive_for(ada, sample("claude"))


def test_an_import_that_is_dropped_leaves_no_file(ada, receive_for, tmp_path):
    it = receive_for(ada, sample("claude"))
    drop(it, directory=tmp_path)

    assert it.stage == Stage.DROPPED
    assert list(tmp_path.iterdir()) == []
    assert receive_for(ada, sample("claude")).is_open


def test_an_upload_that_is_refused_leaves_no_file(ada, receive_for, tmp_path):
    with pytest.raises(Refusal):
        receive_for(ada, b"PK\x03\x04 and nothing")

    assert list(tmp_path.iterdir()) == []
    assert not Import.objects.exists()


def test_an_import_that_nobody_looks_at_is_dropped_after_days(ada, bob, receive_for, tmp_path):
    receive_for(ada, sample("claude"))
    Import.objects.update(updated_at=timezone.now() - timedelta(days=3))
    receive_for(bob, sample("claude"))

    assert Import.objects.get(owner=ada).stage == Stage.DROPPED
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_is_gone_is_told(ada, receive_for, work, tmp_path):
    it = receive_for(ada, sample("claude"))
    next(tmp_path.iterdir()).unlink()

    assert work(it).problem == importing.FILE_GONE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[]", "There are no conversations in this file."),
        (b"[1, 2]", "The first record: it is not a conversation."),
        (b'{"a": 1}', "not a conversation in a format that is known"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"{}," * 3_000 + b"{}]", NOT_KNOWN),
    ],
)
def test_a_file_without_conversations_is_told(ada, receive_for, work, data, words):
    it = work(receive_for(ada, data))

    assert it.stage == Stage.FAILED
    assert words in it.sentence
    assert len(it.skipped) <= importing.MAX_SKIPPED_NAMED


def test_what_was_imported_just_now_is_not_haste(ada, take_in):
    many = [
        {
            "id": str(n),
            "parent": str(n - 1) if n else None,
            "role": "assistant" if n % 2 else "user",
            "text": "x",
        }
        for n in range(MESSAGES_PER_MINUTE * 3)
    ]
    take_in(ada, json.dumps(files.house(*many)).encode())

    assert Message.objects.filter(conversation__owner=ada).count() == MESSAGES_PER_MINUTE * 3
    admit(ada, make_model())  # which raises TooMany when it is


def test_nothing_is_from_the_future(ada, take_in):
    message = {"id": "q", "parent": None, "role": "user", "text": "x", "created_at": "2099-01-01T00:00:00Z"}
    take_in(ada, json.dumps(files.house(message, updated_at="2099-01-01T00:00:00Z")).encode())

    assert Conversation.objects.get().updated_at <= timezone.now()
    assert Message.objects.get().created_at <= timezone.now()


def test_what_is_written_by_hand_goes_on_after_an_import(ada, take_in):
    before = make_conversation(ada, "Hello", "Hi")
    take_in(ada, sample("claude"))
    answer = add_answer(before, before.leaf, "And hello again")

    assert answer.pk > Message.objects.exclude(pk=answer.pk).order_by("-pk").first().pk
