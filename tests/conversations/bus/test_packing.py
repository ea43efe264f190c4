"""How letters are packed into what NOTIFY takes; needs no database."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conversations import bus
from conversations.bus.postgres import PAYLOADS_AT_ONCE, channel_of, in_batches, payloads
from tests.conversations.bus.carriers import NOTIFY_TAKES_LESS_THAN

texts = st.text(max_size=1_200)
long_texts = st.builds(lambda piece, times: (piece * times)[:1_200], st.text(min_size=1), st.just(1_200))
letters = st.tuples(st.sampled_from(["words", "here"]), st.integers(0, 2**63), texts | long_texts)
posts = st.lists(st.tuples(st.sampled_from(["", "aaaa1111", "bbbb2222"]), letters), max_size=60)


def unpacked(payload: str) -> list[list[str | int]]:
    sender, *letters = json.loads(payload)
    assert sender == bus.PROCESS
    return letters


@given(posts)
def test_every_process_gets_all_its_letters_in_order_in_payloads_that_notify_takes(post):
    arrived = {}
    for batch in in_batches(iter(post)):
        assert len(batch) <= PAYLOADS_AT_ONCE
        for channel, payload in batch:
            assert len(payload.encode()) < NOTIFY_TAKES_LESS_THAN
            arrived.setdefault(channel, []).extend(unpacked(payload))

    written = {}
    for process, letter in post:
        written.setdefault(channel_of(process), []).append(list(letter))
    assert arrived == written


@given(st.lists(st.integers(0, 7_000), max_size=100))
def test_a_payload_is_as_full_as_it_may_be(sizes):
    packed = [payload.encode() for payload in payloads([b'"%b"' % (b"x" * size) for size in sizes])]

    for payload, following in pairwise(packed):
        first = json.dumps(unpacked(following.decode())[0])
        assert len(payload) + len(first) + 1 > 7_900


def test_a_thousand_short_letters_are_a_handful_of_payloads():
    post = [("aaaa1111", ("words", 7, 1, "text", number, "Fish ")) for number in range(1_000)]
    (batch,) = in_batches(post)

    assert len(batch) <= 6


def test_more_payloads_than_one_statement_takes_are_sent_in_several():
    post = [(f"process{number}", ("ring", "answer", number)) for number in range(PAYLOADS_AT_ONCE * 2 + 1)]

    assert [len(batch) for batch in in_batches(post)] == [PAYLOADS_AT_ONCE, PAYLOADS_AT_ONCE, 1]


def test_nothing_to_send_is_no_statement():
    assert list(in_batches([])) == []
