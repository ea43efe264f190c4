"""A process that gets no more memory than it has."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.served.site import Site

from .process import status

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def no_more_memory(site: Site, *, but_mib: int) -> Iterator[None]:
    """Let the process of `site` have `but_mib` more address space and nothing beyond, within the block."""
    allowed = (status(site, "VmSize") + but_mib * 1024) * 1024
    resource.prlimit(site.pid, resource.RLIMIT_AS, (allowed, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(site.pid, resource.RLIMIT_AS, UNLIMITED)
