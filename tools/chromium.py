"""The browser of this machine. Debian's package is installed when there is none and we may."""

import os
import shutil
import subprocess

# The same engine without windows, tabs and menus that nobody sees here costs a third less of a core.
HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_LIMIT_S = 300


def find_chromium() -> str | None:
    """Return where a Chromium is, or None; where we may, a missing one is installed, in CI the light one."""
    if given := os.environ.get("CHROMIUM", ""):
        return given
    missing = not shutil.which(HEADLESS) if os.environ.get("CI") else not on_path()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        install()
    return on_path()


def on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    print("Installing a headless Chromium with apt-get (only the first time) ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    package = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", HEADLESS, "fonts-dejavu-core"]
    for command in (["apt-get", "update", "-qq"], package):
        try:
            subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                timeout=INSTALL_LIMIT_S,
            )
        except subprocess.SubprocessError as problem:
            said = getattr(problem, "stderr", None)
            print(said.strip() if isinstance(said, str) else problem, flush=True)
            return
