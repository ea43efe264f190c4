from datetime import UTC, datetime
from uuid import RFC_4122

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from conversations.models.keys import MINUTE_MS, RANDOM_BITS, key_of, new_key

MOMENTS = st.integers(0, 2**48 - 1)
BITS = st.integers(0, 2**RANDOM_BITS - 1)


@given(MOMENTS, BITS)
def test_a_key_is_a_uuid_of_version_seven(moment, bits):
    key = key_of(moment, bits)

    assert (key.version, key.variant) == (7, RFC_4122)


@given(MOMENTS, MOMENTS, BITS, BITS)
def test_keys_stand_in_the_order_of_their_minutes(moment, other, bits, others):
    if moment // MINUTE_MS < other // MINUTE_MS:
        assert key_of(moment, bits) < key_of(other, others)


@given(MOMENTS, BITS, BITS)
def test_no_random_bit_is_lost(moment, bits, others):
    assert (key_of(moment, bits) == key_of(moment, others)) == (bits == others)


def test_a_key_tells_the_minute_and_not_the_second():
    with time_machine.travel(datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC), tick=False):
        keys = {new_key() for _ in range(100)}

    assert len(keys) == 100
    assert {key.int >> 80 for key in keys} == {
        int(datetime(2026, 11, 25, 12, 34, tzinfo=UTC).timestamp()) * 1000
    }
