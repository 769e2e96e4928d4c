"""What one decode costs after a long prompt.

python bench/engine/depth.py [--models NAME…] [--after TOKENS…]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from breadknife.engine.api import Part
from breadknife.engine.daemon.pool import from_store
from breadknife.engine.llama import amx
from breadknife.engine.llama import model as llama
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation

WIDTHS = (1, 2, 4, 8, 16, 32, 63, 64, 96, 128)
RUNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["smollm2-135m", "qwen2.5-coder-0.5b"])
    parser.add_argument("--after", nargs="+", type=int, default=[0, 500, 1200, 2400])
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    for name in chosen.models:
        path = from_store(name)
        weights = Weights(path, amx=amx.may_be_used(path))
        model = LlamaModel(weights, cells=4096, sequences=2, threads=chosen.threads, width=max(WIDTHS))
        text = Path(llama.__file__).read_text("utf-8")
        [tokens] = model.tokenize((Part(text),))
        print(f"\n| {name}, ms | {' | '.join(map(str, WIDTHS))} |\n|---|{'---|' * len(WIDTHS)}")
        for before in chosen.after:
            row = " | ".join(f"{1000 * seconds(model, tokens, before, width):.0f}" for width in WIDTHS)
            print(f"| after {before} | {row} |", flush=True)
        model.close()


def seconds(model: LlamaModel, tokens: list[int], before: int, width: int) -> float:
    """The quickest of some runs."""
    model.truncate(0, before)
    while (held := len(model.tokens[0])) < before:
        model.decode([Evaluation(0, tokens[held : min(held + 100, before)], 0)])
    taken: list[float] = []
    for _ in range(RUNS):
        started = time.perf_counter()
        model.decode([Evaluation(0, tokens[before : before + width])])
        taken.append(time.perf_counter() - started)
        model.truncate(0, before)
    return min(taken)


if __name__ == "__main__":
    main()
