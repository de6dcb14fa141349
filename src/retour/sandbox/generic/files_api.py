"""The files over HTTP (contract 4): returns to fetch, and a place to lay down decisions."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.generic.gate import Gate
from retour.sandbox.generic.problems import Problem, answer

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator

_DECISIONS = re.compile(r"decisions_[A-Za-z0-9_.-]*\.csv")


class FilesApi:
    """`/files/returns/` and `/files/decisions/`: a list, and files by name. HEAD, ETag and ranges work."""

    def __init__(self, simulator: "PartnerSimulator", folder: Path) -> None:
        self._simulator = simulator
        self._folder = folder

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.get("/files/{box:returns|decisions}/", gate.open(self.index)),
            web.get("/files/returns/returns_latest.csv", gate.open(self.latest)),
            web.get("/files/{box:returns|decisions}/{name}", gate.open(self.fetch)),
            web.put("/files/decisions/{name}", gate.open(self.lay_down)),
        ]

    async def index(self, request: web.Request) -> web.StreamResponse:
        """As a web server lists a folder, or as JSON (`file_index`)."""
        files = [(path.name, path.stat()) for path in self._files(request.match_info["box"])]
        if self._simulator.switches.file_index == "json":
            rows = [
                {
                    "name": name,
                    "size": stat.st_size,
                    "modified_at": f"{datetime.fromtimestamp(stat.st_mtime, UTC):%Y-%m-%dT%H:%M:%SZ}",
                }
                for name, stat in files
            ]
            return answer({"files": rows})
        links = "".join(
            f'<li><a href="{escape(name)}">{escape(name)}</a> {stat.st_size} '
            f"{format_datetime(datetime.fromtimestamp(stat.st_mtime, UTC), usegmt=True)}</li>\n"
            for name, stat in files
        )
        html = f"<!doctype html>\n<title>Index</title>\n<ul>\n{links}</ul>\n"
        return web.Response(text=html, content_type="text/html")

    async def latest(self, _: web.Request) -> web.StreamResponse:
        """The newest file of returns at an address that does not change; in no list."""
        files = self._files("returns")
        if not files:
            raise Problem(404, "not_found", "There is no file yet.")
        return _sent(files[-1])

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        for path in self._files(request.match_info["box"]):
            if path.name == name:
                return _sent(path)
        raise Problem(404, "not_found", "There is no such file.")

    async def lay_down(self, request: web.Request) -> web.StreamResponse:
        """Whole or not at all. A name is given once: the same content again is fine, other content is refused."""
        name, content = request.match_info["name"], await request.read()
        if not _DECISIONS.fullmatch(name):
            raise Problem(422, "validation", "The name must be decisions_*.csv.", "name")
        path = self._folder / "decisions" / name
        if path.exists() and path.read_bytes() != content:
            raise Problem(409, "exists", "There is another file of this name.")
        status = 200 if path.exists() else 201
        new = path.with_name(f".{name}.part")
        new.write_bytes(content)
        new.rename(path)
        self._simulator.catch_up()
        return answer({"name": name}, status)

    def _files(self, box: str) -> list[Path]:
        """Oldest first, as they are named."""
        if box == "returns":
            return [self._folder / box / name for name in self._simulator.file_lane.exports.names]
        return sorted((self._folder / box).glob("decisions_*.csv"))


def _sent(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Type": "text/csv; charset=utf-8"})
