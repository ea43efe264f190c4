"""A model that spells: it says back what it was asked, in as many pieces as that has characters."""

import asyncio
import json
import re

from .background import Background

AT_ONCE, PAUSE_S = 10, 0.002
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Speller:
    def __init__(self, background: Background) -> None:
        self._server = background.run(asyncio.start_server(self._answer, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None
        asked = json.loads(await reader.readexactly(int(length[1])))["messages"][-1]["content"]
        writer.write(HEAD)
        for at in range(0, len(asked), AT_ONCE):
            writer.write(b"".join(piece({"content": letter}) for letter in asked[at : at + AT_ONCE]))
            await writer.drain()
            await asyncio.sleep(PAUSE_S)
        writer.write(piece({}, finish="stop") + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        writer.close()


def piece(delta: dict[str, str], *, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return chunk(b"data: %b\n\n" % json.dumps({"choices": [choice]}).encode())


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)
