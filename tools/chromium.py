"""The browser of this machine. Debian's package is installed when there is none and we may."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium, installing Debian's when it is missing and we are root, or None."""
    given = os.environ.get("CHROMIUM", "")
    if given or (found := on_path()):
        return given or found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    return on_path()


def on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    print("Installing Chromium with apt-get (only the first time) ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    package = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for command in (["apt-get", "update", "-qq"], package):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print((done.stdout + done.stderr).strip(), flush=True)
            return
