"""HTTP as uvicorn speaks it, with one more courtesy when the process ends."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

LAST_WORDS_S = 0.5


class Protocol(HttpToolsProtocol):
    """Lets who has just connected say what for: a line that is closed before that is a request lost."""

    def shutdown(self) -> None:
        if self.is_idle:
            self.loop.call_later(LAST_WORDS_S, super().shutdown)
        else:
            super().shutdown()

    @property
    def is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete
