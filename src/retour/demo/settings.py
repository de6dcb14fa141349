"""The settings file of the demo: what `retour apply` reads, as any operator would write it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from retour.demo.company import COMPANY, COMPANY_NAME, Project
from retour.demo.folder import Folder, write_private
from retour.demo.platforms import Platform
from retour.demo.world import World

_HEAD = """\
# The demo's settings, applied with:  RETOUR_HOME={home} retour apply {file}
# All platforms are simulated, on this machine. The next demo in this folder writes this file anew.
#
# A real platform is checked every few minutes. Every few seconds is livelier to watch, and a day of the demo holds more
# refunds than one of a real shop (refund_limit: the hub stops and asks a person beyond it).
"""


def write(folder: Folder, world: World) -> None:
    """Writes it, and the simulators' secrets beside it."""
    head = _HEAD.format(home=folder.hub, file=folder.settings)
    company = ["", f"[companies.{COMPANY}]", _pair("name", COMPANY_NAME)]
    projects = (line for project in world.projects for line in _project(folder, world, project))
    write_private(folder.settings, head + "\n".join([*company, *projects]) + "\n")


def _project(folder: Folder, world: World, project: Project) -> Iterator[str]:
    table = f"companies.{COMPANY}.projects.{project.key}"
    yield from ("", f"[{table}]", _pair("name", project.name))
    yield from _connection(folder, f"{table}.shop", f"{project.key}-shop", project.shop, world.urls[project.key])
    for marketplace in project.marketplaces:
        name = marketplace.connection
        yield from _connection(folder, f"{table}.marketplaces.{name}", name, marketplace, world.urls[name])


def _connection(folder: Folder, table: str, name: str, platform: Platform, url: str) -> Iterable[str]:
    access = platform.access(url)
    kept = {key: folder.keep_secret(f"{name}-{key}", secret) for key, secret in access.secrets.items()}
    return (
        "",
        f"[{table}]",
        _pair("connector", platform.connector),
        f"options = {{ poll_every = {platform.poll_every}, refund_limit = 1000000 }}",
        f"[{table}.settings]",
        *(_pair(key, value) for key, value in {**access.plain, **kept}.items()),
    )


def _pair(name: str, value: Any) -> str:
    """A line of TOML. JSON writes texts, whole numbers, truth and lists of these just as TOML does."""
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
