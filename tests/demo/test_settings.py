"""The settings file that the demo writes."""

import stat
import tomllib
from pathlib import Path

from retour.demo import settings
from retour.demo.folder import Folder
from retour.demo.world import World


def test_it_is_toml_without_secrets(world: World, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    settings.write(folder, world)
    text = folder.settings.read_text(encoding="utf-8")
    company = tomllib.loads(text)["companies"]["acme"]
    assert company["projects"].keys() == {project.key for project in world.projects}
    for project in world.projects:
        written = company["projects"][project.key]
        assert written["shop"]["connector"] == project.shop.connector
        assert written["marketplaces"].keys() == {one.connection for one in project.marketplaces}
        for platform, table, url in [
            (project.shop, written["shop"], world.urls[project.key]),
            *(
                (one, written["marketplaces"][one.connection], world.urls[one.connection])
                for one in project.marketplaces
            ),
        ]:
            access = platform.access(url)
            assert {name: table["settings"][name] for name in access.plain} == access.plain
            for name, secret in access.secrets.items():
                assert secret not in text.split()
                kept = tmp_path / table["settings"][name].removeprefix("file:")
                assert kept.read_text(encoding="utf-8") == secret
                assert stat.S_IMODE(kept.stat().st_mode) == 0o600
