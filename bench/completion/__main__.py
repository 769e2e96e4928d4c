"""Completion's figures, all in one run on the same GGUF. Needs `make setup model peers`, Neovim and `pynvim`.

python bench/completion --script NVIM_REPLAY.py [--llama-vim CHECKOUT] [--rows human,alone,wait,…] [--quick]

Rows: `human`, `alone` (its CPU, without our null checks and prose), `wait`, `keystrokes`, `safety`.
`pass_at_1.py`, `calibrate.py` and `cross_file.py` are run by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import keystrokes
import replay
import safety
from corpus import functions, listed
from replay import Typed
from systems import Row, breadknife, llama_vim


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--script", type=Path, help="`nvim_replay.py` of the evaluation data")
    arguments.add_argument("--llama-vim", type=Path, help="its source; without it it is cloned", default=Path("-"))
    arguments.add_argument("--model", default="qwen2.5-coder-0.5b")
    arguments.add_argument("--rows", default="", help="names, separated by commas; all without it")
    arguments.add_argument("--quick", action="store_true", help="so little that the figures tell nothing")
    chosen = arguments.parse_args()
    quick, model = chosen.quick, chosen.model

    def both(folder: Path, keys: int, *, human: bool, idle: float, alone: bool = False) -> tuple[Typed, Typed, int]:
        chosen_functions = functions(folder, 2 if quick else 10)
        print(f"files: {listed(chosen_functions)}", file=sys.stderr)
        with breadknife(model, alone=alone) as ours:
            first = replay.typed(ours, chosen_functions, chosen.script, keys, human=human, idle=idle)
        with llama_vim(model, chosen.llama_vim, folder) as theirs:
            second = replay.typed(theirs, chosen_functions, chosen.script, keys, human=human, idle=idle)
        return first, second, len(chosen_functions)

    def human(folder: Path) -> list[Row]:
        return replay.human(*both(folder, 40 if quick else 60, human=True, idle=10 if quick else 30))

    def alone(folder: Path) -> list[Row]:
        return replay.spent(*both(folder, 40 if quick else 60, human=True, idle=10 if quick else 30, alone=True)[:2])

    def wait(folder: Path) -> list[Row]:
        return replay.wait(*both(folder, 20 if quick else 40, human=False, idle=0)[:2])

    def saved(folder: Path) -> list[Row]:
        chosen_functions, most = functions(folder, 2 if quick else 10), 40 if quick else 200
        with breadknife(model) as ours:
            first = keystrokes.typed(ours, chosen_functions, most)
            lost = keystrokes.thrown_away(ours.folder / "generations.jsonl", first.ghosts)
        with llama_vim(model, chosen.llama_vim, folder) as theirs:
            second = keystrokes.typed(theirs, chosen_functions, most)
        return keystrokes.rows(first, second, lost, len(chosen_functions))

    def safe(folder: Path) -> list[Row]:
        with breadknife(model):
            return asyncio.run(safety.rows(folder, 60 if quick else 2_000))

    rows: dict[str, Callable[[Path], list[Row]]] = {
        "human": human,
        "alone": alone,
        "wait": wait,
        "keystrokes": saved,
        "safety": safe,
    }
    print("| what | goal | reached |\n|---|---|---|")
    for name in chosen.rows.split(",") if chosen.rows else rows:
        with tempfile.TemporaryDirectory() as folder:
            for row in rows[name](Path(folder)):
                print(row.line(), flush=True)


if __name__ == "__main__":
    main()
