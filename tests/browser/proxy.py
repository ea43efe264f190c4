"""What stands between a browser and a site, or the first of several that is there: a line that can be cut."""

import asyncio
from contextlib import suppress

from tests.faults.background import Background
from tests.served.site import Site


class Proxy:
    """Takes bytes to and fro as they come; it reads none of them, and holds none back."""

    def __init__(self, *sites: Site) -> None:
        self.sites = sites
        self._is_cut = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._background = Background()
        self._server = self._background.run(asyncio.start_server(self._carry, "127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Break every line, and every new one until `mend`."""
        self._is_cut = True
        self._background.run(self._break_all())

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self._background.run(self._listen_no_more())
        self.cut()
        self._background.close()

    async def _listen_no_more(self) -> None:
        self._server.close()  # in the thread of its loop, where a line may end at this moment

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            if not self._is_cut:
                there, back = await self._reach()
                self._ends.add(back)
                await asyncio.gather(carry(reader, back), carry(there, writer))
        except OSError:
            pass  # the site is gone, and so is the line
        finally:
            writer.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for site in self.sites[:-1]:
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", site.port)
        return await asyncio.open_connection("127.0.0.1", self.sites[-1].port)

    async def _break_all(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()
