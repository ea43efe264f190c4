"""What pieces of work take of the processor, without asking the system for it at each."""

from time import perf_counter, thread_time

SHORT_S = 0.001


class Effort:
    """Measures pieces of work, one after the other, in seconds of this thread's processor.

    To ask for those takes about as long as a short piece does, so the clock is asked first. What is short by
    it counts as what it says. What is longer, and may have waited for others meanwhile, counts as SHORT_S,
    and the next piece is measured exactly.
    """

    def __init__(self) -> None:
        self._exact = False
        self._clock = self._processor = 0.0

    def begin(self, *, exact: bool = False) -> None:
        """Begin a piece; one that may well be long is measured `exact` at once."""
        self._exact = self._exact or exact
        self._clock = perf_counter()
        if self._exact:
            self._processor = thread_time()

    def end(self) -> float:
        """Return what the piece took, in seconds."""
        passed = perf_counter() - self._clock
        if passed <= SHORT_S:
            self._exact = False
            return passed
        spent = thread_time() - self._processor if self._exact else SHORT_S
        self._exact = True
        return spent
