"""`python -m tests.served.held 7 command …`: what systemd does for a service that has a .socket unit.

The socket that is open as 7 becomes the command's third file, and is announced in its environment.
"""

import os
import sys

FIRST_GIVEN_SOCKET = 3


def main(handle: int, command: list[str]) -> None:
    os.dup2(handle, FIRST_GIVEN_SOCKET, inheritable=True)
    os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    os.execv(command[0], command)  # noqa: S606 - what the test says


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
