import json
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from conversations.management.preparing import collect_static_files, prepare

MANIFEST_STORAGE = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


@pytest.fixture
def static_root(tmp_path, settings):
    source = tmp_path / "source"
    source.mkdir()
    (source / "site.css").write_text("body { color: red }")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path / "static"


def hashed_name(static_root: Path) -> str:
    return json.loads((static_root / "staticfiles.json").read_text())["paths"]["site.css"]


@override_settings(STORAGES=MANIFEST_STORAGE)
def test_static_files_get_names_with_hashes_and_are_compressed(static_root):
    collect_static_files()

    assert hashed_name(static_root) != "site.css"
    assert (static_root / hashed_name(static_root)).read_text() == "body { color: red }"


@override_settings(STORAGES=MANIFEST_STORAGE)
def test_static_files_are_collected_again_only_when_one_changed(static_root, settings):
    collect_static_files()
    first = hashed_name(static_root)
    (static_root / "site.css").unlink()

    collect_static_files()
    assert not (static_root / "site.css").exists()

    (settings.STATICFILES_DIRS[0] / "site.css").write_text("body { color: blue }")
    collect_static_files()
    assert hashed_name(static_root) != first


@pytest.mark.django_db(transaction=True)
def test_preparing_twice_leaves_a_working_cache(static_root):
    prepare()
    cache.set("otter", "fish")
    prepare()

    assert cache.get("otter") == "fish"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one log for all")
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_the_cache_is_in_no_log(static_root):
    prepare()

    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'cache'")
        assert cursor.fetchone() == ("u",)
