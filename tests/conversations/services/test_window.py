from hypothesis import given
from hypothesis import strategies as st

from conversations.services.window import Window, first_kept, refine

TEN_WORDS = 40


def window(tokens: int, answer: int = 0) -> Window:
    return Window(tokens=tokens, answer_tokens=answer, characters_per_token=4.0)


def turns(*characters: int) -> list[tuple[str, int]]:
    return [("user" if index % 2 == 0 else "assistant", count) for index, count in enumerate(characters)]


def test_everything_is_kept_while_it_fits():
    assert first_kept(turns(40, 40, 40), system_characters=0, window=window(1_000)) == 0


def test_the_oldest_turns_leave_first():
    assert first_kept(turns(4_000, 4_000, 400, 400, 40), system_characters=0, window=window(1_000)) == 2


def test_the_last_turn_never_leaves():
    assert first_kept(turns(40, 40, 400_000), system_characters=0, window=window(1_000)) == 2


def test_room_is_left_for_the_answer_and_the_system_prompt():
    long = turns(1_600, 40, 40)
    assert first_kept(long, system_characters=0, window=window(1_000)) == 0
    assert first_kept(long, system_characters=0, window=window(1_000, answer=600)) == 2
    assert first_kept(long, system_characters=2_000, window=window(1_000)) == 2


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=30), st.integers(100, 5_000))
def test_what_is_kept_begins_with_a_person_and_fits_unless_it_is_the_last_turn(lengths, tokens):
    said = turns(*lengths)
    room = window(tokens)

    kept = first_kept(said, system_characters=0, window=room)

    assert kept == len(said) - 1 or said[kept][0] == "user"
    cost = sum(room.estimate(characters) for _role, characters in said[kept:])
    newest_person = max((i for i, (role, _) in enumerate(said) if role == "user"), default=0)
    assert cost <= room.budget or kept >= newest_person


def test_the_ratio_moves_towards_what_was_counted():
    assert refine(4.0, characters=3_000, tokens=1_000) == 4.0 * 0.8 + 3.0 * 0.2


def test_a_count_that_is_far_off_is_not_believed():
    assert refine(4.0, characters=3_000, tokens=10) == 4.0
    assert refine(4.0, characters=3_000, tokens=30_000) == 4.0
    assert refine(4.0, characters=3_000, tokens=0) == 4.0
