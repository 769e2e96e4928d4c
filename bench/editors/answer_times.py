"""How long a suggestion takes in files of different lengths, in a real Neovim with the real server.

python bench/editors/answer_times.py [--lines 100,1000,12000] [--gap 0.25] [--seed 7] [--plugin FOLDER]

The engine is scripted, so this is the time of everything else: the client, the server, and the null and prose checks
that run beside it. Each file is Python's own library, cut to a number of lines. 24 keys are typed at its end, `--gap`
seconds apart. For each key, in milliseconds: from the key to the request, from there to the answer, from there to the
screen; and the server's CPU time, which tells the same on a busy machine. Pulls: how often Neovim asked for diagnostics
meanwhile.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pynvim

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from editors.workbench import editor, project, scripted_breadknife  # noqa: E402

KEYS = [*"def add(a, b):", "<CR>", *"total = ("]
SAYS = {"total = ": "add(1, 2)", "def add(": "a, b): return a + b"}
SETTLE_SECONDS = 3.0
"""The server has read the file that was opened once it takes less than `IDLE` of a core for so long."""
IDLE = 0.05
LONGEST_SECONDS = 300.0
RECORD = """
_G.times, _G.pulls = {}, 0
local now, key = vim.uv.hrtime, 0
vim.on_key(function(_, typed) if typed ~= "" then key = now() end end)
local client = require("breadknife").client()
local request = client.rpc.request
client.rpc.request = function(method, params, callback, ...)
  if method == "textDocument/diagnostic" then _G.pulls = _G.pulls + 1 end
  if method ~= "textDocument/inlineCompletion" then return request(method, params, callback, ...) end
  local sent, pressed = now(), key
  return request(method, params, function(...)
    local answered = now()
    callback(...)
    table.insert(_G.times, { sent - pressed, answered - sent, now() - answered })
  end, ...)
end
"""


def source(lines: int, seed: int) -> str:
    """Modules of the standard library, in an order of the seed's, cut to that many lines."""
    modules = sorted(Path(os.__file__).parent.glob("*.py"))
    random.Random(seed).shuffle(modules)
    text = list[str]()
    for module in modules:
        found = module.read_text("utf-8", "replace").splitlines()
        text += (line for line in found if not line.startswith("from __future__"))
        if len(text) >= lines:
            break
    return "\n".join(text[:lines]) + "\n\n\n"


@dataclass(frozen=True)
class Typed:
    times: list[list[float]]
    """The three of each request that was answered, in milliseconds."""
    cpu: float
    """The server's, in milliseconds a key."""
    pulls: int


def typed(plugin: Path, lines: int, seed: int, gap: float) -> Typed:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(scripted_breadknife(folder, SAYS))
        init = folder / "init.lua"
        init.write_text(f'vim.opt.runtimepath:append("{plugin}") require("breadknife").setup()\n', "utf-8")
        file = project(folder, "long.py", source(lines, seed))
        nvim = pynvim.attach("child", argv=[str(editor("nvim")), "--embed", "-n", "-i", "NONE", "-u", init, file])
        nvim.ui_attach(100, 30, rgb=True)
        ready = "local c = require('breadknife').client() return c and c.initialized"
        if not nvim.exec_lua(f"return vim.wait(60000, function() {ready} end)"):
            sys.exit("The server didn't start within a minute.")
        server = psutil.Process(nvim.funcs.getpid()).children()[0]
        settle(server)
        nvim.exec_lua(RECORD)
        before = cpu_seconds(server)
        nvim.input("Go")
        for key in KEYS:
            time.sleep(gap)
            nvim.input(key)
        cpu = (cpu_seconds(server) - before) * 1000 / len(KEYS)
        time.sleep(SETTLE_SECONDS)
        times: list[list[Any]] = nvim.exec_lua("return _G.times")
        pulls: int = nvim.exec_lua("return _G.pulls")
        nvim.close()
    return Typed([[nanoseconds / 1e6 for nanoseconds in row] for row in times], cpu, pulls)


def settle(server: psutil.Process) -> None:
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        before = cpu_seconds(server)
        time.sleep(SETTLE_SECONDS)
        if cpu_seconds(server) - before < IDLE * SETTLE_SECONDS:
            return
    print("The server never came to rest.", file=sys.stderr)


def cpu_seconds(process: psutil.Process) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--lines", default="100,1000,12000")
    arguments.add_argument("--gap", type=float, default=0.25)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--plugin", type=Path, default=ROOT / "clients" / "neovim", help="to compare with another")
    chosen = arguments.parse_args()
    print("| lines | answers | key to request p50, max | to answer p50, max | to screen p50, max | CPU | pulls |")
    print("|---|---|---|---|---|---|---|")
    for lines in map(int, chosen.lines.split(",")):
        found = typed(chosen.plugin, lines, chosen.seed, chosen.gap)
        columns = (f"{statistics.median(column):.1f}, {max(column):.1f}" for column in zip(*found.times, strict=True))
        rest = f"{found.cpu:.0f} | {found.pulls}"
        print(f"| {lines} | {len(found.times)} | {' | '.join(columns)} | {rest} |", flush=True)


if __name__ == "__main__":
    main()
