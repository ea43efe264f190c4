"""A pytest plugin that is loaded before Django reads its settings: tests see nothing of this machine's site.

It only fills what is not set, so that tools/run_tests.py decides where a run keeps its data.
"""

import atexit
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A key or an address in the developer's own environment or .env file must never be used by a test.
os.environ["ENV_FILE"] = os.devnull
for name in ("AIMLAPI_API_KEY", "LLM_API_KEY", "LLM_BASE_URL", "LLM_MODEL", "EMAIL_URL", "SITE_URL"):
    os.environ.pop(name, None)
# The discard port: a test that forgets to fake the wire is refused at once.
os.environ["LLM_LOCAL_PORT"] = "9"
os.environ.setdefault("SECRET_KEY", "only-for-tests-and-long-enough-to-please-every-check-of-django")
os.environ.setdefault("PLAIN_STATIC", "1")

if "DATA_DIR" not in os.environ:
    data_dir = Path(tempfile.mkdtemp(prefix="chatsite-tests-"))
    os.environ["DATA_DIR"] = str(data_dir)
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
# WhiteNoise warns of a static root that is not there.
(Path(os.environ["DATA_DIR"]) / "static").mkdir(parents=True, exist_ok=True)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{os.environ['DATA_DIR']}/chat.sqlite3")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Leave the figures of the closing line where tools/run_tests.py adds them up."""
    if file := os.environ.get("TEST_COUNTS"):
        Path(file).write_text(json.dumps({word: len(of) for word, of in terminalreporter.stats.items()}))


def pytest_configure(config: pytest.Config) -> None:
    """Property tests look at a moderate number of examples, the same ones every time in CI."""
    slow_machine = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings.register_profile("local", max_examples=50, deadline=None, suppress_health_check=slow_machine)
    settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
    settings.load_profile("ci" if os.environ.get("CI") else "local")
