"""A hub in a folder of its own, set up against the simulators."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench.simulators import Simulators


def new_hub(simulators: Simulators) -> Path:
    """Makes a home with an empty database and both connections. Call once in a process, before anything of Django."""
    home = Path(tempfile.mkdtemp(prefix="retour-bench-"))
    os.environ["RETOUR_HOME"] = str(home)
    os.environ["RETOUR_RHYTHM_SCALE"] = "0.01"
    os.environ["DJANGO_SETTINGS_MODULE"] = "retour.project.settings"
    from retour.project.home import make_home

    make_home(home)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from retour.sandbox.magento2 import TOKEN
    from retour.store.models import Company, Connection, Project
    from retour.store.sealed import seal

    project = Project.objects.create(
        company=Company.objects.create(slug="acme", name="Acme"), slug="webshop", name="Webshop"
    )
    Connection.objects.create(
        project=project,
        slug="shop",
        role="shop",
        connector="magento2",
        settings={"base_url": simulators.magento2},
        secrets=seal({"token": TOKEN}),
        options={"refund_limit": 10**9},
        allow_private=True,
        fingerprint="1",
    )
    Connection.objects.create(
        project=project,
        slug="bol-nl",
        role="marketplace",
        connector="bol",
        settings={
            "api_url": simulators.bol,
            "login_url": f"{simulators.bol}/token",
            "client_id": "sandbox-client",
        },
        secrets=seal({"client_secret": "sandbox-secret"}),
        options={"refund_limit": 10**9},
        allow_private=True,
        fingerprint="1",
    )
    return home


def remove(home: Path) -> None:
    """Removes a hub."""
    shutil.rmtree(home, ignore_errors=True)


def peak_kib() -> int:
    """The most memory this process has held so far."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform != "darwin" else peak // 1024
