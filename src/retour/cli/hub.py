"""The way into the hub from the command line: its home, Django, its database."""

import os
from datetime import UTC, datetime
from getpass import getuser

from retour.cli.endings import Failed, Mistake


def enter(*, tables: bool = True) -> None:
    """Makes the hub's home and database ready for use. Raises Mistake where `retour init` must run first."""
    from retour.project.home import home, read_keys

    try:
        keys = read_keys(home())
    except OSError as error:
        raise Failed(f"{error.filename} cannot be read: {error.strerror}.") from None
    if not keys:
        raise Mistake(f"There is no hub in {home()} yet. Run `retour init` first, or set RETOUR_HOME.")
    set_up()
    if tables and (missing := missing_migrations()):
        raise Mistake(f"The database is not up to date ({missing} migrations are missing). Run `retour init` first.")


def set_up() -> None:
    """Loads Django. What the hub writes is for its own user alone."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retour.project.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "psycopg" in str(error):
            raise Failed("PostgreSQL needs a driver: install retour[postgresql].") from None
        raise


def missing_migrations() -> int:
    """How many migrations the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def database_name() -> str:
    """Where the data is, without its password."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"SQLite in {settings['NAME']}"
    return f"PostgreSQL {settings['NAME']} on {settings['HOST'] or 'this machine'}"


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def actor() -> str:
    """Who acts here, for the timeline."""
    try:
        return f"cli:{getuser()}"[:150]
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"
