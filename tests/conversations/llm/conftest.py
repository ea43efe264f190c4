"""Both transports, for every test that speaks over a socket."""

import pytest

from conversations.llm.client import LLMClient
from conversations.llm.types import CallLimits

from .asking import KEY, QUICK


@pytest.fixture(params=["aiohttp", "httpx"])
def connect(request):
    """Return a function that makes a client for a URL."""

    def connect(url: str, limits: CallLimits = QUICK) -> LLMClient:
        return LLMClient(url, KEY, limits=limits, transport=request.param)

    return connect
