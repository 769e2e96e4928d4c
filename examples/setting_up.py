"""`breadknife setup --json` beside the demo, and one line that says how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

_LINE_SECONDS = 20.0
"""Where there is no terminal, a line so often."""


async def run_breadknife(*words: str) -> str:
    """A command, without what it prints; its last line if it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "breadknife", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return f"breadknife {words[0]} failed: {lines[-1] if lines else ''}" if process.returncode else ""


class SettingUp:
    """Sets these parts up; leaving the block ends what still runs."""

    def __init__(self, console: Console, parts: tuple[str, ...]) -> None:
        self._console = console
        self._parts = parts
        self._events: dict[str, dict[str, Any]] = {}
        self._live = Live(console=console, transient=True, auto_refresh=False)

    async def __aenter__(self) -> SettingUp:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "breadknife", "setup", "--json", *self._parts,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        if self._console.is_terminal:
            self._live.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()
        await self._reading
        self._live.stop()

    async def wait(self) -> str:
        """Until all parts are there; else why one isn't."""
        await self._reading
        await self._process.wait()
        self._live.stop()
        bad = [event for event in self._events.values() if event["state"] != "done"]
        if bad:
            return "; ".join(f"{event['part']}: {event['message']}" for event in bad)
        return "" if self._events else "nothing could be set up"

    async def _read(self) -> None:
        assert self._process.stdout is not None
        told = time.monotonic()
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                event: dict[str, Any] = json.loads(line)
                self._events[event["part"]] = event
            if self._console.is_terminal:
                self._live.update(Text(self.line(), style="cyan", no_wrap=True, overflow="ellipsis"), refresh=True)
            elif time.monotonic() - told > _LINE_SECONDS:
                told = time.monotonic()
                self._console.print(self.line(), soft_wrap=False, overflow="ellipsis", no_wrap=True, markup=False)

    def line(self) -> str:
        running = [event for event in self._events.values() if event["state"] == "running"]
        return " | ".join(_short(event) for event in running)


def _short(event: dict[str, Any]) -> str:
    share = "" if event["fraction"] is None else f"{event['fraction']:.0%} "
    return f"{share}{event['message']}"
