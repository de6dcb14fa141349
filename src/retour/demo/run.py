"""The demo from its start to its end."""

import asyncio
import json
import os
import random
import secrets
import signal
from collections.abc import Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from retour.demo import customers, dock, fetching, history, introduction, luck, settings, staff
from retour.demo.endings import Broken
from retour.demo.folder import Folder, claim, write_private
from retour.demo.game import Game
from retour.demo.history import Past
from retour.demo.hub import Hub
from retour.demo.keys import listening
from retour.demo.merchant import Merchant
from retour.demo.ports import chosen
from retour.demo.screen import Screen
from retour.demo.world import World, open_world

EMAIL = "merchant@example.org"
_HISTORY_TAKES = 120.0
"""Seconds after which nobody waits any longer for the past to come into the shop."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. `pace`: about how many seconds from one customer to the next; `port` None: a free one."""

    home: Path
    port: int | None
    pace: float
    quiet: bool
    players: bool


async def run(wish: Wish) -> None:
    """Runs until SIGINT, SIGTERM or SIGHUP. Raises CannotStart and Broken."""
    demo = _Demo(wish, Screen(quiet=wish.quiet))
    loop = asyncio.get_running_loop()
    showing = asyncio.create_task(demo.show())
    ending = False

    def end() -> None:
        nonlocal ending
        if ending:
            demo.hurry()
            return
        ending = True
        showing.cancel()
        demo.screen.say("Stopping ...")

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, end)
    try:
        await showing
    except asyncio.CancelledError:
        if not ending:
            raise
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
    demo.screen.say("Stopped.")


class _Demo:
    def __init__(self, wish: Wish, screen: Screen) -> None:
        self.screen = screen
        self._wish = wish
        self._hub: Hub | None = None

    def hurry(self) -> None:
        """A second Ctrl-C: the hub is not waited for."""
        if self._hub is not None:
            self._hub.kill()

    async def show(self) -> None:
        with claim(self._wish.home) as folder, ExitStack() as stack:
            stack.callback(folder.running.unlink, missing_ok=True)
            port = chosen(self._wish.port)
            timeout = aiohttp.ClientTimeout(total=10)
            async with open_world() as world, aiohttp.ClientSession(timeout=timeout) as session:
                shops = [project.shop.title for project in world.projects]
                marketplaces = [marketplace.title for _, marketplace in world.marketplaces()]
                self.screen.step(f"{len(marketplaces)} marketplaces", f"simulated: {', '.join(marketplaces)}")
                self.screen.step(f"{len(shops)} shops", f"simulated: {', '.join(shops)}")
                await self._perform(folder, world, Hub(folder, port, session))

    async def _perform(self, folder: Folder, world: World, hub: Hub) -> None:
        self._hub = hub
        password = f"demo-{secrets.token_hex(4)}"
        await hub.init(EMAIL, password)
        self.screen.step("Hub", f"made in {folder.hub}")
        settings.write(folder, world)
        await hub.apply()
        self.screen.step("Settings", f"applied from {folder.settings}")
        past = history.write(world)
        self.screen.step("Days of returns", f"{past.returns} of them, most to be decided in a moment")
        asking = await fetching.let_in(folder, world, hub)
        self.screen.step("Compatible API", f"a token for the system of {', '.join(asking)}")

        first = True

        def up() -> None:
            nonlocal first
            self._publish(folder, world, hub, password, asking)
            rows = introduction.rows(folder, world, hub, past, asking, (EMAIL, password), players=self._wish.players)
            reminder = f"Desk {hub.url}  {EMAIL}  {password}   (Enter shows all addresses, Ctrl-C stops)"
            self.screen.remember(rows, reminder)
            if first:
                self.screen.show_block()
            else:
                self.screen.say("The hub is back.")
            first = False

        def down(code: int) -> None:
            words = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            self.screen.say(f"The hub has ended by itself ({words}); it is started again.")

        def typed(line: str) -> None:
            if line == "p" and self._wish.players:
                self._toggle(folder)
            else:
                self.screen.show_block()

        with listening(typed):
            await _together(hub.serve(up, down), *self._players(folder, world, hub, past))

    def _players(self, folder: Folder, world: World, hub: Hub, past: Past) -> Sequence[Coroutine[Any, Any, None]]:
        chance = random.Random()  # noqa: S311 - a game
        game = Game(world, self._wish.pace, chance, self.screen.news, folder.paused)
        merchant = Merchant(game)
        playing = merchant.catch_up(past.decisions, _HISTORY_TAKES)
        if not self._wish.players:
            return [playing]
        players = (
            merchant.play(),
            customers.play(game),
            staff.play(game),
            luck.play(game),
            dock.play(game, partial(fetching.report, hub)),
        )
        return [playing, *players]

    def _toggle(self, folder: Folder) -> None:
        if folder.paused.exists():
            folder.paused.unlink()
            self.screen.say("The players play on.")
        else:
            folder.paused.touch()
            self.screen.say("The players rest. p and Enter: they play on.")

    def _publish(self, folder: Folder, world: World, hub: Hub, password: str, asking: dict[str, str]) -> None:
        known = {
            "desk": hub.url,
            "email": EMAIL,
            "password": password,
            "marketplaces": {one.connection: f"{world.urls[one.connection]}/" for _, one in world.marketplaces()},
            "shops": {one.key: f"{world.urls[one.key]}{one.shop.back_office}" for one in world.projects},
            "apis": asking,
            "process": os.getpid(),
            "hub_process": hub.number,
        }
        write_private(folder.running, json.dumps(known, indent=2) + "\n")


async def _together(*parts: Coroutine[Any, Any, None]) -> None:
    """Runs all until one fails or all are cancelled; raises that failure itself, not a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(part)
    except* Broken as broken:
        raise broken.exceptions[0] from None
