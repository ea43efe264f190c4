"""Another process of the site: it says what it hears, a line of JSON each, and sends what it is told.

`python -m tests.conversations.bus.neighbour`; it ends with its standard input.
"""

import asyncio
import json
import sys

import django


def say(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def main() -> None:
    from conversations import bus
    from conversations.bus.postgres import PostgresCarrier

    carrier = PostgresCarrier()
    await carrier.open()
    bus.listen(lambda topic, key: say("heard", topic, key), "answer")
    bus.read("words", lambda words: say("words", *words))
    say("here", bus.PROCESS)

    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    async for line in told:
        process, *letter = json.loads(line)
        if letter[0] == bus.RING:
            bus.ring(*letter[1:])
        else:
            bus.write(process, letter)
    await carrier.close()


if __name__ == "__main__":
    django.setup()
    asyncio.run(main())
