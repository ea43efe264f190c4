"""Uploads without a browser: what is too much is refused on the wire itself."""

import socket
import time

import pytest

from tests.served.site import Site

CHUNK = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"


def asked(site: Site, head: bytes, *pieces: bytes) -> tuple[str, float]:
    """Send `head` and `pieces` to the site; return what it says and the seconds that took."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as line:
        line.sendall(b"POST /files/ HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n")
        try:
            for piece in pieces:
                line.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        said = b""
        while b"</html>" not in said and (part := line.recv(65_536)):
            said += part
    return said.decode(), time.monotonic() - began


@pytest.mark.parametrize(
    ("head", "pieces"),
    [
        (b"Content-Length: 5000000000", [b"x" * 1_000_000]),
        (b"Transfer-Encoding: chunked", [CHUNK] * 110),
    ],
    ids=["announced", "not announced"],
)
def test_what_is_too_much_is_refused_in_words_within_moments(site, head, pieces):
    said, seconds = asked(site, head, *pieces)

    assert said.startswith("HTTP/1.1 413")
    assert "at most 105 MB can be sent" in said
    assert seconds < 5
