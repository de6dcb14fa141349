"""What a person reads in the terminal. Colours at a terminal; plain lines, uncut, elsewhere."""

import signal
from collections.abc import Sequence
from contextlib import suppress

from rich.box import ROUNDED
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_REMIND_AFTER = 15
_COLOURS = {"customer": "cyan", "merchant": "green", "bad luck": "yellow", "staff": "magenta"}


class Screen:
    """The demo's voice. `quiet` leaves out the news."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = _Console(highlight=False)
        self._quiet = quiet
        self._block: Sequence[tuple[str, str]] = ()
        self._reminder = ""
        self._told = 0

    def step(self, done: str, detail: str) -> None:
        """One step of coming up is done."""
        self._line(Text.assemble(("✓ ", "green"), f"{done:<22}", (detail, "dim")))

    def remember(self, block: Sequence[tuple[str, str]], reminder: str) -> None:
        """Keeps what a person needs to know. An empty name continues the row above."""
        self._block, self._reminder = block, reminder

    def show_block(self) -> None:
        """Shows what a person needs to know."""
        if not self._console.is_terminal:
            self._line(Text(""))
            for name, words in self._block:
                self._line(Text(f"{name:<19}{words}"))
            self._line(Text(""))
            return
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, words in self._block:
            table.add_row(Text(name), Text(words))
        self._console.print(Panel(table, box=ROUNDED, border_style="green", expand=False, title="The demo runs"))

    def news(self, who: str, what: str) -> None:
        """Who did what; now and then a reminder of where to look, for what has scrolled away."""
        if self._quiet:
            return
        self._line(Text.assemble((f"{who:<10}", _COLOURS.get(who, "")), (what, "dim")))
        self._told += 1
        if self._told % _REMIND_AFTER == 0:
            self._line(Text(self._reminder, "bold"))

    def say(self, words: str) -> None:
        """Anything else, also where it is quiet."""
        self._line(Text(words))

    def _line(self, text: Text) -> None:
        with suppress(OSError):  # the terminal was closed: the demo still ends in good order
            self._console.print(text, soft_wrap=True)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Whoever read this reads no more, as with `retour demo | head`: the demo ends in good order."""
        with suppress(SystemExit):
            super().on_broken_pipe()
        signal.raise_signal(signal.SIGTERM)
