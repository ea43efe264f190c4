"""The application of one process among several: it drains, as at a deploy, when its parent is gone."""

import signal
from multiprocessing import parent_process

from conversations.management.end_with_parent import end_with_parent

if parent := parent_process():  # as of the start: by now it may be gone, and another in its place
    end_with_parent(parent.pid or 0, signal.SIGTERM)

from .asgi import application

__all__ = ["application"]
