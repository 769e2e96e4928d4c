"""Rows about computing: the scheduler and llama.cpp in this process, without a socket."""

from __future__ import annotations

import json
import queue
import statistics
import subprocess
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from peers import THREADS, llama_server, programs, stream
from row import Row

from breadknife.engine.api import Calibration, Chunk, GenerateRequest, Lane, Part
from breadknife.engine.daemon.daemon import load_model
from breadknife.engine.daemon.jobs import Job, Reply
from breadknife.engine.daemon.pool import Pool
from breadknife.engine.daemon.scheduler import Scheduler
from breadknife.engine.settings import EngineSettings
from breadknife.errors import BreadknifeError

CODE = Path(__file__).parents[2] / "server" / "breadknife" / "text" / "document.py"
PLAIN = "Tell a long story about a lighthouse keeper who learns to bake bread.\n\nOnce upon a time"


class Uncalibrated(Pool):
    """Knows no costs, so it never speculates."""

    def calibration(self, name: str) -> Calibration | None:
        return None


@contextmanager
def scheduler(kind: type[Pool] = Uncalibrated) -> Generator[tuple[Scheduler, Pool], None, None]:
    pool = kind(EngineSettings(threads=THREADS), lambda name: load_model(name, EngineSettings(threads=THREADS)))
    made = Scheduler(pool)
    try:
        yield made, pool
    finally:
        made.close()


class Asked:
    """A job and its reply."""

    def __init__(self, made: Scheduler, request: GenerateRequest) -> None:
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        made.submit(Job(request, self._replies.put))

    def chunks(self) -> Iterator[Chunk]:
        while True:
            reply = self._replies.get()
            if isinstance(reply, BreadknifeError):
                raise reply
            assert isinstance(reply, Chunk)
            yield reply
            if reply.finish:
                return


def generate(made: Scheduler, request: GenerateRequest) -> tuple[str, float, Chunk]:
    """The text, seconds from the first token to the last, and the last chunk."""
    text, began, chunk = "", 0.0, Chunk("")
    for chunk in Asked(made, request).chunks():
        began = began or time.perf_counter()
        text += chunk.text
    return text, time.perf_counter() - began, chunk


def _request(model: str, text: str, max_tokens: int, lane: Lane = Lane.ACTION) -> GenerateRequest:
    return GenerateRequest(model, (Part(text),), max_tokens, lane=lane)


def plain_decoding(model: str, gguf: Path, rounds: int = 5) -> Row:
    """Tokens a second of our decoding, of llama-server's and of llama-bench's, in turn."""
    ours, theirs, bare = list[float](), list[float](), list[float]()
    with scheduler() as (made, _), llama_server(gguf) as url:
        for _ in range(rounds):
            _, seconds, last = generate(made, _request(model, PLAIN, 96))
            ours.append((last.output_tokens - 1) / seconds)
            body = {"prompt": PLAIN, "n_predict": 96, "temperature": 0, "ignore_eos": True, "cache_prompt": True}
            *_, end = stream(url + "/completion", body)
            theirs.append(end["timings"]["predicted_per_second"])
            command = [programs() / "llama-bench", "-m", gguf, "-t", str(THREADS), "-p", "0", "-n", "96", "-r", "1"]
            said = subprocess.run([*command, "-o", "json"], capture_output=True, check=True).stdout
            bare.append(json.loads(said)[0]["avg_ts"])
    a, b, c = (statistics.median(each) for each in (ours, theirs, bare))
    return Row(
        "plain decoding against llama-server / llama-bench",
        "≥ 0.97×",
        f"{a / b:.2f}× / {a / c:.2f}× ({a:.1f}, {b:.1f}, {c:.1f} tokens/s)",
    )


def _cases() -> dict[str, list[tuple[str, str]]]:
    """Kind -> (name, prompt), each written in the model's own chat format."""
    code = CODE.read_text("utf-8")
    pieces = ["class " + part for part in code.split("\nclass ")[1:]] or [code]
    piece = max(pieces, key=len)[:2400]

    def chat(task: str) -> str:
        return f"<|im_start|>user\n{task}<|im_end|>\n<|im_start|>assistant\n"

    edits = [
        ("rename", f"Rename `span` to `region` everywhere in this code. Answer with the whole code.\n\n{piece}"),
        ("type hints", f"Write this code again with a docstring for each method, all else unchanged.\n\n{piece}"),
        ("repetitive", "Write a Python dict that maps each number from 1 to 60 to its square, one entry a line."),
        ("tests", "Write twelve pytest functions, test_add_1 to test_add_12, that each assert add(n, n) == 2 * n."),
    ]
    other = [
        ("story", "Tell a story about a lighthouse keeper who learns to bake."),
        ("explain", "Explain how a hash table works, and what may go wrong."),
        ("code", "Write a Python class for a binary heap with push, pop and heapify."),
        ("list", "What should I see in Lisbon in three days? Give reasons."),
    ]
    return {
        "edits and repetitive code": [(name, chat(task)) for name, task in edits],
        "anything else": [(name, chat(task)) for name, task in other],
    }


def speculation(model: str, tokens: int = 256) -> list[Row]:
    """Seconds with lookup against without, on the same prompts, token by token the same."""
    with scheduler(Pool) as (made, pool):
        generate(made, _request(model, PLAIN, 1))
        for _ in range(120):
            if pool.calibration(model):
                break
            time.sleep(0.5)
        fast = {name: _timed(made, model, prompt, tokens) for name, prompt in _all_cases()}
    with scheduler() as (made, _):
        slow = {name: _timed(made, model, prompt, tokens) for name, prompt in _all_cases()}
    rows = list[Row]()
    for (kind, cases), goal in zip(_cases().items(), ("≥ 1.5×", "≥ 0.98×"), strict=True):
        ratios = {name: slow[name][1] / fast[name][1] for name, _ in cases}
        same = sum(fast[name][0] == slow[name][0] for name, _ in cases)
        each = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
        middle = statistics.geometric_mean(ratios.values())
        rows.append(Row(f"lookup speculation: {kind}", goal, f"{middle:.2f}× ({each}); same text {same}/{len(cases)}"))
    return rows


def _all_cases() -> list[tuple[str, str]]:
    return [case for cases in _cases().values() for case in cases]


def _timed(made: Scheduler, model: str, prompt: str, tokens: int) -> tuple[str, float]:
    request = GenerateRequest(model, (Part(prompt, control=True),), tokens)
    generate(made, GenerateRequest(model, request.prompt, 1))  # the prompt is evaluated, and no part of what is timed
    text, seconds, _ = generate(made, request)
    return text, seconds


def batched_background(model: str, counts: Sequence[int] = (4, 8, 16, 32), tokens: int = 48) -> Row:
    prompts = [f"Item {n}: a short note about the number {n}.\n" for n in range(32)]
    with scheduler() as (made, _):
        began = time.perf_counter()
        for prompt in prompts[:8]:
            generate(made, _request(model, prompt, tokens, Lane.BACKGROUND))
        alone = (time.perf_counter() - began) / 8
    found = dict[int, float]()
    for count in counts:
        with scheduler(Pool) as (made, pool):
            generate(made, _request(model, PLAIN, 1))
            while not pool.calibration(model):
                time.sleep(0.5)
            began = time.perf_counter()
            asked = [Asked(made, _request(model, prompt, tokens, Lane.BACKGROUND)) for prompt in prompts[:count]]
            for each in asked:
                list(each.chunks())
            found[count] = alone * count / (time.perf_counter() - began)
    best = max(found, key=found.__getitem__)
    each = ", ".join(f"{count}: {ratio:.2f}" for count, ratio in found.items())
    return Row("batched background sequences, best number", "≥ 2.5×", f"{found[best]:.2f}× at {best} ({each})")


def snapshot(model: str, tokens: int = 4000) -> Row:
    """The first token after a restart, with and without a snapshot of the context."""
    text = "".join(path.read_text("utf-8") for path in sorted(CODE.parents[1].rglob("*.py")))
    taken = dict[str, float]()
    for name in ("without", "with"):
        with scheduler() as (made, pool):
            loaded = pool.get(model)
            [cut] = loaded.tokenize((Part(text),))
            context = b"".join(loaded.piece(token) for token in cut[: tokens - 50]).decode("utf-8", "ignore")
            prompt = (Part(context, keep=True), Part("\ndef main():\n"))
            began = time.perf_counter()
            next(Asked(made, GenerateRequest(model, prompt, 1)).chunks())
            taken[name] = time.perf_counter() - began
            if name == "without":
                time.sleep(8)  # the snapshot is taken when nobody has asked for anything for a while
    ratio = taken["with"] / taken["without"]
    detail = f"{taken['with']:.2f} s for {taken['without']:.2f} s"
    return Row("restart with a snapshot: first token of 4,000 tokens", "≤ 0.3×", f"{ratio:.3f}× ({detail})")
