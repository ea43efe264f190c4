"""The upstream double without Django: `python -m conversations.management.fake_llm 8300`."""

import sys

import uvloop

from .server import serve

if __name__ == "__main__":
    uvloop.run(serve("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0))
