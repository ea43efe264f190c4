"""What has to be there before the site is served: tables, groups of roles, static files. Safe to repeat."""

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from accounts.on_record import rights_on_record
from accounts.roles import GROUPS, prepare_roles


def prepare() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    spare_the_log()
    prepare_groups()
    collect_static_files()


def spare_the_log() -> None:
    """Let PostgreSQL write the cache to no log: a sign-in counts ten times there, and waits for no disk then.

    What a crash of the database takes along are counts of tries and locks of seconds.
    """
    if connection.vendor != "postgresql":
        return
    table = str(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [table])
        if cursor.fetchone() == (True,):
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET UNLOGGED")


def prepare_groups() -> None:
    """Make the groups of the roles; who is in one of that name already, and comes to more, is on record."""
    members = User.objects.filter(groups__name__in=GROUPS.values())
    with rights_on_record(members, how="when the site was prepared"):
        prepare_roles()


def collect_static_files() -> None:
    """Collect and compress the static files, unless they are the ones collected last time."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint and Path(settings.STATIC_ROOT).is_dir():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    known = hashlib.sha256(f"{django.__version__} {settings.STORAGES['staticfiles']}".encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(path)).stat()
            known.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return known.hexdigest()
