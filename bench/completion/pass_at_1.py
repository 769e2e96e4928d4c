"""Single-line infilling through the whole server, and by the bare model in the same run.

    python bench/completion/pass_at_1.py PROBLEMS.jsonl.gz [--limit N] [--layout joined|blank] [--model NAME]

`joined`: the cursor stands before the line that follows the hole. `blank`: on an empty line of its own.
A problem is solved when prompt + suggestion + suffix passes the problem's own test in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from editor import Editor, position
from systems import breadknife

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest, Part
from breadknife.engine.client import DaemonEngine


def passes(problem: dict[str, Any], line: str) -> bool:
    code = f"{problem['prompt']}{line}{problem['suffix']}\n{problem['test']}\ncheck({problem['entry_point']})\n"
    try:
        return not subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=10).returncode
    except subprocess.TimeoutExpired:
        return False


def bare_model(engine: DaemonEngine, problem: dict[str, Any], model: str) -> str:
    prompt = (
        Part("<|fim_prefix|><|fim_suffix|>", control=True),
        Part(problem["suffix"]),
        Part("<|fim_middle|>", control=True),
        Part(problem["prompt"]),
    )
    text = "".join(chunk.text for chunk in engine.generate(GenerateRequest(model, prompt, 64), CancelToken()))
    return text.split("\n")[0] + "\n"


async def suggested(editor: Editor, problem: dict[str, Any], number: int, layout: str) -> tuple[str, str]:
    gap = "\n" if layout == "blank" else ""
    uri = editor.open(f"p{number}.py", problem["prompt"] + gap + problem["suffix"], "python")
    items = await editor.suggest(uri, position(editor.texts[uri], len(problem["prompt"])))
    if not items:
        receipts = await editor.command("breadknife.why", uri)
        return "", receipts[0]["reason"]
    text = str(items[0].insert_text)
    editor.close(uri)
    return text if text.endswith("\n") else text + "\n", "shown"


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problems", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--layout", choices=("joined", "blank"), default="joined")
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    with gzip.open(options.problems, "rt") as lines:
        problems = [json.loads(line) for line in lines][: options.limit]
    bare = served = 0
    outcomes: dict[str, int] = {}
    waits: list[float] = []
    with breadknife(options.model), closing(DaemonEngine()) as engine, tempfile.TemporaryDirectory() as folder:
        editor = Editor(Path(folder))
        await editor.start()
        for number, problem in enumerate(problems):
            raw = bare_model(engine, problem, options.model)
            began = time.monotonic()
            line, outcome = await suggested(editor, problem, number, options.layout)
            waits.append(time.monotonic() - began)
            ok_raw, ok = passes(problem, raw), passes(problem, line)
            bare, served = bare + ok_raw, served + ok
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if options.verbose and ok != ok_raw:
                print(json.dumps({"task": problem["task_id"], "wanted": problem["canonical_solution"],
                                  "raw": raw, "shown": line, "outcome": outcome}), flush=True)  # fmt: skip
        await editor.stop()
    waits.sort()
    print(f"{options.model}: problems {len(problems)}, layout {options.layout}")
    print(f"pass@1: bare model {bare / len(problems):.3f}, through the server {served / len(problems):.3f}")
    print(f"outcomes: {outcomes}; wait p50 {waits[len(waits) // 2]:.2f} s, p95 {waits[int(len(waits) * 0.95)]:.2f} s")


asyncio.run(main())
