"""Typing into a real Neovim by the shared `nvim_replay.py`: what is on the screen before the next key, and how soon."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import Function
from systems import Row, System, quantile

PAUSE = 250
"""Milliseconds between two keys."""
WARM = 8
"""Seconds between opening the file and the first key."""
NOT_THE_GATE = frozenset(("superseded", "cancelled", "too-slow", "empty", "engine-failed", "model-failed", "failed"))
"""Reasons for silence that no rule has decided. `empty`: the model had nothing to say."""


@dataclass(frozen=True)
class Key:
    shown: float | None
    """Seconds until there was ghost text, if it came in time."""
    right: int
    """First characters of it that were typed next."""
    gate: str = ""
    """Why a rule of ours left it silent."""


@dataclass(frozen=True)
class Typed:
    keys: tuple[Key, ...]
    cpu: float
    idle: float
    """Share of one core."""

    @property
    def times(self) -> list[float]:
        return [key.shown for key in self.keys if key.shown is not None]

    @property
    def right(self) -> float:
        """Characters a key."""
        return sum(key.right for key in self.keys) / len(self.keys)

    @property
    def let_through(self) -> int:
        return sum(key.shown is not None or not key.gate for key in self.keys)


def typed(system: System, functions: Sequence[Function], script: Path, keys: int, *, human: bool, idle: float) -> Typed:
    """`human`: only what shows before the next key counts. Idle time is measured after the last function."""
    all_keys: list[Key] = []
    cpu = idle_share = 0.0
    for function in functions:
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "result.json"
            environment = {
                **os.environ,
                "NVIM": nvim(),
                "WARM": str(WARM),
                "KEYS": str(keys - 1),
                "HUMAN": "1" if human else "",
            }
            seconds = idle if function is functions[-1] else 0
            told = [Path(__file__).with_name("recorded.py"), script, result, str(system.engine.pid), str(seconds)]
            place = [function.file, str(function.line), str(function.lines), str(PAUSE), system.namespace]
            done = subprocess.run(
                [sys.executable, *told, system.init, *place],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            print(f"{system.name} {function.file.name}: {done.stdout.splitlines()[0]}", file=sys.stderr, flush=True)
            found = json.loads(result.read_text("utf-8"))
        cpu, idle_share = cpu + found["cpu"], found["idle"]
        reasons = silences(system.folder, found["typed"])
        all_keys += [
            Key(shown, right, "" if shown is not None else reason)
            for (_, shown, right, _), reason in zip(found["rows"], reasons, strict=True)
        ]
    return Typed(tuple(all_keys), cpu, idle_share)


def nvim() -> str:
    beside = Path(sys.executable).with_name("nvim")
    return str(beside) if beside.exists() else shutil.which("nvim") or "nvim"


def silences(folder: Path, typed: Sequence[float]) -> list[str]:
    """For each key the rule that kept its last request silent, by the receipts."""
    file = folder / "state" / "receipts.jsonl"
    receipts = [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    asked = sorted((r["at"], r["reason"]) for r in receipts if r["request"] == "completion")
    found: list[str] = []
    for start, end in zip(typed, [*typed[1:], float("inf")], strict=True):
        reasons = [reason for at, reason in asked if start <= at < end and reason not in ("superseded", "cancelled")]
        found.append(reasons[-1] if reasons and reasons[-1] not in NOT_THE_GATE else "")
    return found


def human(ours: Typed, theirs: Typed, files: int) -> list[Row]:
    shown, all_shown, keys = len(ours.times), len(theirs.times), len(theirs.keys)
    gates = Counter(key.gate for key in ours.keys if key.gate)
    return [
        Row(
            f"{PAUSE} ms a key, {files} files: keys with a suggestion before the next key, of those let through",
            "≥ 90 %",
            f"{shown / ours.let_through:.0%} ({shown} of {ours.let_through}, {len(ours.keys)} keys; silent: "
            f"{', '.join(f'{reason} {n}' for reason, n in gates.most_common()) or 'none'}); "
            f"llama.vim {all_shown / keys:.0%} ({all_shown} of {keys})",
        ),
        Row("the same: right characters a key", "≥ 5", f"{ours.right:.1f}; llama.vim {theirs.right:.1f}"),
        *spent(ours, theirs),
    ]


def spent(ours: Typed, theirs: Typed) -> list[Row]:
    useful = [sum(key.right for key in each.keys) / each.cpu for each in (ours, theirs)]
    return [
        Row(
            "useful characters a second of CPU (editor, server, engine)",
            "≥ 2×",
            f"{useful[0] / useful[1] if useful[1] else math.inf:.1f}× ({useful[0]:.2f} for {useful[1]:.2f})",
        ),
        Row(
            "CPU while nobody types, share of one core",
            "~0",
            f"{ours.idle:.1%}; llama.vim {theirs.idle:.1%}",
        ),
    ]


def wait(ours: Typed, theirs: Typed) -> list[Row]:
    a, b = ([1000 * quantile(each.times, share) for share in (0.5, 0.95)] for each in (ours, theirs))
    shown = [f"{len(each.times)} of {len(each.keys)} keys" for each in (ours, theirs)]
    return [
        Row("waiting after each key: key to ghost text, p50", "no worse", f"{a[0]:.0f} for {b[0]:.0f} ms"),
        Row("the same, p95", "≤ 0.5×", f"{a[1] / b[1]:.2f}× ({a[1]:.0f} for {b[1]:.0f} ms)"),
        Row(
            "the same: right characters a key",
            "≥ 5",
            f"{ours.right:.1f} ({shown[0]}); llama.vim {theirs.right:.1f} ({shown[1]})",
        ),
    ]
