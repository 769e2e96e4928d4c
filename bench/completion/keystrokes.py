"""Functions typed back with human pauses into a real Neovim, and accepted when the ghost text is what comes."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pynvim
from corpus import Function
from replay import WARM, nvim
from systems import Row, System, ending

MEAN, DEVIATION = 0.239, 0.112
"""Seconds between two keys: of 168,000 people (Dhakal et al. 2018, "Observations on Typing from 136 Million
Keystrokes"; the deviation is that between people). Drawn from the log-normal distribution that has both."""
LOOK = 0.025
"""Seconds between two looks at the screen."""
ACCEPT_SECONDS = 3.0

GHOST = """
local name, row, column = ..., unpack(vim.api.nvim_win_get_cursor(0))
local id = vim.api.nvim_get_namespaces()[name]
local text, lines = "", {}
for _, mark in ipairs(id and vim.api.nvim_buf_get_extmarks(0, id, { row - 1, 0 }, { row - 1, -1 }, { details = true })
    or {}) do
  for _, chunk in ipairs(mark[3] == column and mark[4].virt_text or {}) do
    text = text .. chunk[1]
  end
  for _, line in ipairs(mark[4].virt_lines or {}) do
    lines[#lines + 1] = table.concat(vim.tbl_map(function(chunk) return chunk[1] end, line))
  end
end
return table.concat({ text, unpack(lines) }, "\\n")"""
BEFORE_CURSOR = """
local row, column = unpack(vim.api.nvim_win_get_cursor(0))
return table.concat(vim.api.nvim_buf_get_text(0, (...) - 1, 0, row - 1, column, {}), "\\n")"""


@dataclass
class Tally:
    characters: int = 0
    keys: int = 0
    accepted: int = 0
    gone_wrong: int = 0
    """Functions where the text was not what was shown, after accepting."""
    ghosts: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    """Unix time and text of what was seen."""

    @property
    def saved(self) -> float:
        return 1 - self.keys / self.characters


def typed(system: System, functions: Sequence[Function], most: int, seed: int = 6) -> Tally:
    """At most so many keys' worth of each function; a line's end with the next one's indentation is one key."""
    tally, chance = Tally(), random.Random(seed)
    for function in functions:
        original = function.file.read_text("utf-8")
        lines = original.split("\n")
        kept = [*lines[: function.line - 1], "", *lines[function.line - 1 + function.lines :]]
        function.file.write_text("\n".join(kept), "utf-8")
        try:
            _type(system, function, "".join(keys(function_text(lines, function))[:most]), tally, chance)
        finally:
            function.file.write_text(original, "utf-8")
        print(f"{system.name} {function.file.name}: {tally.saved:.1%} saved up to here", file=sys.stderr, flush=True)
    return tally


def function_text(lines: Sequence[str], function: Function) -> str:
    return "\n".join(lines[function.line - 1 : function.line - 1 + function.lines])


def keys(text: str) -> list[str]:
    """What one key makes: an editor indents by itself."""
    return re.findall(r"\n+[ \t]*|^[ \t]+|[^\n]", text)


@contextmanager
def editing(system: System, file: Path) -> Generator[Any, None, None]:
    with tempfile.TemporaryDirectory(prefix="bk") as folder:  # a socket's path has to be short
        socket = Path(folder) / "nvim"
        arguments = ["--headless", "--listen", socket, "-u", system.init, "-n", "--cmd", "set shortmess+=I", file]
        process = subprocess.Popen([nvim(), *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not socket.exists():
            time.sleep(0.02)
        with pynvim.attach("socket", path=str(socket)) as vim:
            yield vim
            with ending(psutil.Process(process.pid)):
                vim.command("qa!", async_=True)
                process.wait(10)


def _type(system: System, function: Function, text: str, tally: Tally, chance: random.Random) -> None:
    with editing(system, function.file) as vim:
        vim.ui_attach(140, 40, rgb=True)
        vim.command("setlocal noautoindent indentexpr= nocindent nosmartindent formatoptions= noexpandtab")
        time.sleep(WARM)
        vim.command(f"call cursor({function.line},1)")
        vim.input("i")
        time.sleep(1)
        done = 0
        while done < len(text):
            ghost = _pause(vim, system, chance, tally)
            if len(ghost) > 1 and text.startswith(ghost, done):
                done += len(ghost)
                vim.input("<Tab>")
                tally.accepted += 1
                if not _arrived(vim, function.line, text[:done]):
                    tally.gone_wrong += 1
                    break
            else:
                key = keys(text[done:])[0]
                done += len(key)
                vim.input(key.replace("<", "<lt>").replace("\n", "<CR>"))
            tally.keys += 1
        tally.characters += len(keys(text[:done]))


def _pause(vim: Any, system: System, chance: random.Random, tally: Tally) -> str:
    """What is on the screen at the end of it."""
    spread = math.log(1 + (DEVIATION / MEAN) ** 2)
    end = time.monotonic() + chance.lognormvariate(math.log(MEAN) - spread / 2, math.sqrt(spread))
    ghost = ""
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, LOOK))
        ghost = str(vim.exec_lua(GHOST, system.namespace))
        if ghost.strip() and (not tally.ghosts or tally.ghosts[-1][1] != ghost):
            tally.ghosts.append((time.time(), ghost))
    return ghost


def _arrived(vim: Any, line: int, wanted: str) -> bool:
    end = time.monotonic() + ACCEPT_SECONDS
    while time.monotonic() < end:
        if vim.exec_lua(BEFORE_CURSOR, line) == wanted:
            return True
        time.sleep(0.01)
    return False


def thrown_away(record: Path, ghosts: Sequence[tuple[float, str]]) -> tuple[float, float]:
    """Seconds of the model's time for text that was never on the screen, and all.

    What was computed up to the last character that was shown is not thrown away. A generation that was stopped before
    its first token counts as long as it lasted. A prompt that was evaluated ahead is of use to what follows.
    """
    lost = total = 0.0
    for line in record.read_text("utf-8").splitlines():
        made = json.loads(line)
        if made["ahead"]:
            total += made["steps"][-1][1] if made["steps"] else 0.0
            continue
        seconds = made["steps"][-1][1] if made["steps"] else made["seconds"]
        shown = max((_shown(made["text"], ghost) for at, ghost in ghosts if at >= made["at"]), default=0)
        used = next((computed for end, computed in made["steps"] if end >= shown), seconds) if shown else 0.0
        total, lost = total + seconds, lost + seconds - used
    return lost, total


def _shown(text: str, ghost: str) -> int:
    """Where in `text` that ends which `ghost` shows of it; 0 for nothing."""
    part = ghost.strip()
    for wanted in (part, part.split("\n")[0]):
        if (at := text.find(wanted)) >= 0:
            return at + len(wanted)
    return 0


def rows(ours: Tally, theirs: Tally, thrown: tuple[float, float], files: int) -> list[Row]:
    lost, total = thrown
    share = f"{lost / max(total, 1e-9):.0%} of {total:.0f} s"
    wrong = f"; text not as shown in {ours.gone_wrong} and {theirs.gone_wrong}"
    return [
        Row(
            f"human pauses, {files} files: keystrokes saved",
            "",
            f"{ours.saved:.1%} ({ours.accepted} accepted, {ours.characters} keys without); "
            f"llama.vim {theirs.saved:.1%} ({theirs.accepted} accepted){wrong}",
        ),
        Row("share of model time thrown away while typing", "≤ 25 %", share),
    ]
