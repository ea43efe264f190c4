import stat

import pytest

from tools import install


@pytest.fixture
def env_file(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    monkeypatch.setenv("ENV_FILE", str(file))
    for name in ("SECRET_KEY", "LLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return file


@pytest.mark.parametrize(
    "line", ["AIMLAPI_API_KEY=abc", "export LLM_API_KEY = 'abc'", 'LLM_BASE_URL="http://x/v1"']
)
def test_a_model_in_the_env_file_spares_the_local_one(env_file, line):
    env_file.write_text(f"# ours\n{line}\n")
    assert install.another_model_is_set()


@pytest.mark.parametrize("text", ["", "# AIMLAPI_API_KEY=abc", "AIMLAPI_API_KEY=\nSITE_NAME=Chat"])
def test_without_a_model_in_the_env_file_the_local_one_is_installed(env_file, text):
    env_file.write_text(text)
    assert not install.another_model_is_set()


def test_the_secret_key_is_made_once_for_its_owner_only(env_file, tmp_path):
    install.make_secret_key(tmp_path / "var")
    key_file = tmp_path / "var" / "secret_key"
    first = key_file.read_text()

    install.make_secret_key(tmp_path / "var")

    assert len(first) > 50
    assert key_file.read_text() == first
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_no_secret_key_is_made_where_one_is_set(env_file, tmp_path):
    env_file.write_text("SECRET_KEY=ours\n")

    install.make_secret_key(tmp_path / "var")

    assert not (tmp_path / "var").exists()


def test_a_changed_lock_is_installed_again(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "VENV", tmp_path)
    lock = tmp_path / "run.txt"
    lock.write_text("django==5.2.1")
    install.stamp(lock)
    assert install.is_stamped(lock)

    lock.write_text("django==5.2.2")

    assert not install.is_stamped(lock)
