import asyncio

from conversations.streaming.beat import BEAT, Beat


async def test_a_silent_line_is_told_something_again_and_again():
    bell = asyncio.Event()
    beat = Beat(bell, every_s=0.02)
    try:
        for _ in range(3):
            assert beat.due() == b""
            async with asyncio.timeout(5):
                await bell.wait()
            bell.clear()
            assert beat.due() == BEAT
            beat.said()
    finally:
        beat.stop()


async def test_a_line_on_which_words_go_needs_no_beat():
    bell = asyncio.Event()
    beat = Beat(bell, every_s=0.2)
    try:
        for _ in range(8):
            await asyncio.sleep(0.05)
            beat.said()
        assert not bell.is_set()
    finally:
        beat.stop()


async def test_a_beat_that_is_stopped_rings_no_more():
    bell = asyncio.Event()
    Beat(bell, every_s=0.01).stop()
    await asyncio.sleep(0.05)
    assert not bell.is_set()
