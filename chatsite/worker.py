"""The application of one process among several: it drains, as at a deploy, when its parent is gone."""

import os
import signal

from conversations.management.end_with_parent import end_with_parent

end_with_parent(os.getppid(), signal.SIGTERM)

from .asgi import application  # noqa: E402

__all__ = ["application"]
