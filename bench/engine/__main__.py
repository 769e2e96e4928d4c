"""The engine's figures, all in one run on the same GGUF. Needs `make setup model peers`.

python bench/engine [--rows typing,overhead] [--model NAME]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import compute
import encoders
import recovery
import service
from peers import own_home
from row import Row

from breadknife.engine.client import DaemonEngine
from breadknife.engine.daemon.pool import from_store


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--model", default="qwen2.5-coder-0.5b")
    arguments.add_argument("--rows", default="", help="names, separated by commas; all without it")
    chosen = arguments.parse_args()
    model, gguf = chosen.model, from_store(chosen.model)
    rows: dict[str, Callable[[], Row | list[Row]]] = {
        "typing": lambda: service.tokens_per_key(model),
        "first": lambda: service.against_llama_server(model, gguf),
        "plain": lambda: compute.plain_decoding(model, gguf),
        "lookup": lambda: compute.speculation(model),
        "batch": lambda: compute.batched_background(model),
        "overhead": lambda: service.overhead(model),
        "lanes": lambda: service.busy_background(model),
        "memory": lambda: service.memory(model),
        "snapshot": lambda: compute.snapshot(model),
        "chaos": lambda: service.chaos(model),
        "recovery": recovery.killed_and_stopped,
        "noticing": lambda: recovery.noticing(model),
        "encoder": encoders.against_llama_cpp,
        "beside": encoders.typing_beside,
        "kinds": encoders.memory,
        "grammars": lambda: recovery.hostile_grammars(model),
    }
    print("| what | goal | reached |\n|---|---|---|")
    for name in chosen.rows.split(",") if chosen.rows else rows:
        with own_home():
            made = rows[name]()
            for row in made if isinstance(made, list) else [made]:
                print(row.line(), flush=True)
            end_daemon()


def end_daemon() -> None:
    """So that it isn't in the way of the next row."""
    import psutil

    with closing(DaemonEngine()) as engine:
        if status := engine.status():
            process = psutil.Process(status.pid)
            process.terminate()
            psutil.wait_procs([process], timeout=10)


if __name__ == "__main__":
    main()
