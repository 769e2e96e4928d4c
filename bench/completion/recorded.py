"""Runs `nvim_replay.py` and tells what it keeps to itself: each key's row, when it was typed, and the CPU time.

python recorded.py NVIM_REPLAY.py RESULT.json ENGINE_PID IDLE_SECONDS ARGUMENTS…
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pynvim
from systems import cpu_seconds, ending

SETTLING = 3.0
"""Seconds after the last key that aren't called idle yet."""


class Recorder:
    """A Neovim that is watched: the script's first input starts Insert mode, the others are keys."""

    def __init__(self, nvim: Any, engine: psutil.Process, idle: float) -> None:
        self._nvim, self._idle = nvim, idle
        self._processes = (psutil.Process(nvim.funcs.getpid()), engine)
        self._before = 0.0
        self.typed: list[float] = []
        self.cpu = self.idle_share = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nvim, name)

    def input(self, keys: str) -> None:
        if self._before:
            self.typed.append(time.time())
        self._nvim.input(keys)
        if not self._before:
            self._before = cpu_seconds(*self._processes)

    def command(self, command: str, **options: Any) -> None:
        if command == "qa!":
            self.cpu = cpu_seconds(*self._processes) - self._before
            if self._idle:
                time.sleep(SETTLING)
                before = cpu_seconds(*self._processes)
                time.sleep(self._idle)
                self.idle_share = (cpu_seconds(*self._processes) - before) / self._idle
            with ending(self._processes[0]):
                self._nvim.command(command, **options)
        else:
            self._nvim.command(command, **options)


def main() -> None:
    script, result, pid, idle, *arguments = sys.argv[1:]
    attach, recorders = pynvim.attach, list[Recorder]()

    def attached(*options: Any, **named: Any) -> Recorder:
        recorders.append(Recorder(attach(*options, **named), psutil.Process(int(pid)), float(idle)))
        return recorders[-1]

    pynvim.attach = attached
    sys.argv = [script, *arguments]
    rows = runpy.run_path(script)["rows"]
    told = recorders[0]
    Path(result).write_text(
        json.dumps({"rows": rows, "typed": told.typed, "cpu": told.cpu, "idle": told.idle_share}), "utf-8"
    )


main()
