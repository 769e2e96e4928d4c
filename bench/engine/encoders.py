"""Rows about an encoder in the daemon: what it costs, and what it costs the others there."""

from __future__ import annotations

import statistics
import threading
import time
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

import psutil
from row import Row, quantile
from service import first_token, typing

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest, GenerateRequest, Lane, Part, ScoreRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.daemon.pool import from_store
from breadknife.engine.llama.encoder import LlamaEncoder
from breadknife.engine.llama.weights import Weights
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.paths import config_dir
from breadknife.plugins.completion.prompt import fim_prompt

DOCS = Path(__file__).parents[2] / "docs"
EMBEDDING, JUDGE, COMPLETION = "all-minilm-l6-v2", "smollm2-135m", "qwen2.5-coder-0.5b"
THREADS = 2
TEXTS = 1000
BLOCK = 50
"""Texts that are read in a row, before it is the other's turn."""
KEYS = 60


def paragraphs(count: int = TEXTS) -> list[str]:
    """Of our own documentation, again and again."""
    found = [part for page in sorted(DOCS.rglob("*.md")) for part in page.read_text("utf-8").split("\n\n")]
    return list(islice(cycle(part for part in found if 150 <= len(part) <= 1500 and "|" not in part), count))


def against_llama_cpp() -> Row:
    """In turns, so that what else the machine does disturbs both."""
    texts = paragraphs()
    # Fixed, or the daemon would take fewer while llama.cpp computes beside it.
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text(f"[engine]\nthreads = {THREADS}\n", "utf-8")
    encoder, cancel = LlamaEncoder(Weights(from_store(EMBEDDING)), threads=THREADS), CancelToken()
    direct, together, alone = list[float](), list[float](), list[float]()
    with closing(DaemonEngine()) as engine:
        engine.embed(EmbedRequest(EMBEDDING, tuple(texts[:BLOCK])), cancel)
        for at in range(0, len(texts), BLOCK):
            block = texts[at : at + BLOCK]
            began = time.perf_counter()
            for text in block:
                framed = encoder.encoder_input(text)
                encoder.encode([*framed.before, *framed.text, *framed.after][: encoder.context])
            direct.append(time.perf_counter() - began)
            began = time.perf_counter()
            engine.embed(EmbedRequest(EMBEDDING, tuple(block)), cancel)
            together.append(time.perf_counter() - began)
            began = time.perf_counter()
            for text in block:
                engine.embed(EmbedRequest(EMBEDDING, (text,)), cancel)
            alone.append(time.perf_counter() - began)
    encoder.close()
    rates = [len(texts) / sum(each) for each in (direct, together, alone)]
    ratios = [
        statistics.median(theirs / ours for theirs, ours in zip(direct, each, strict=True))
        for each in (together, alone)
    ]
    speeds = "llama.cpp {:.0f}, daemon {:.0f} and {:.0f} texts/s".format(*rates)
    return Row(
        f"texts embedded through the daemon, {BLOCK} in a request and one in a request, against llama.cpp directly",
        "≥ 0.9×",
        f"{ratios[0]:.2f}× and {ratios[1]:.2f}× ({speeds}, {len(texts)} paragraphs, medians of blocks)",
    )


def typing_beside() -> Row:
    texts = paragraphs()
    stop, done = CancelToken(), 0
    documents = list(typing())[:KEYS]

    def reading() -> None:
        nonlocal done
        with closing(DaemonEngine()) as engine:
            while not stop.cancelled:
                engine.embed(EmbedRequest(EMBEDDING, tuple(texts), Lane.BACKGROUND), CancelToken())
                done += len(texts)

    def keys(engine: DaemonEngine) -> list[float]:
        taken = list[float]()
        for document, offset in documents:
            request = GenerateRequest(COMPLETION, fim_prompt(document, offset, offset), 1, lane=Lane.TYPING)
            taken.append(first_token(engine, request)[0])
            time.sleep(0.2)
        return taken[1:]

    with closing(DaemonEngine()) as engine:
        keys(engine)
        idle = keys(engine)
        thread = threading.Thread(target=reading)
        thread.start()
        busy = keys(engine)
        stop.cancel()
        thread.join()
        again = keys(engine)
    idle += again
    ratios = [quantile(busy, share) / quantile(idle, share) for share in (0.5, 0.95)]
    times = [1000 * quantile(each, share) for each in (busy, idle) for share in (0.5, 0.95)]
    return Row(
        f"typing's first token while {len(texts)} texts are embedded in the background, against idle: p50, p95",
        "≤ 1.3×",
        f"{ratios[0]:.2f}×, {ratios[1]:.2f}× ({times[0]:.0f} and {times[1]:.0f} ms against {times[2]:.0f} and "
        f"{times[3]:.0f} ms, {len(busy)} keys, a key every 0.2 s; {done} texts read meanwhile and until the end)",
    )


def memory() -> Row:
    texts = paragraphs(BLOCK)
    files = sum(builtin_catalog().model(name).size for name in (EMBEDDING, JUDGE, COMPLETION)) / 1e6
    cancel, files_held = CancelToken(), 0.0
    with closing(DaemonEngine()) as engine:
        seen = list[str]()
        for name in (EMBEDDING, JUDGE, COMPLETION):
            if name == EMBEDDING:
                engine.embed(EmbedRequest(name, tuple(texts)), cancel)
            elif name == JUDGE:
                engine.score(ScoreRequest(name, (Part(texts[0]),), (" and", " or")), cancel)
            else:
                document, offset = next(iter(typing()))
                first_token(engine, GenerateRequest(name, fim_prompt(document, offset, offset), 8))
            status = engine.status()
            assert status
            held = psutil.Process(status.pid).memory_info()
            seen.append(f"{held.rss / 1e6:.0f}")
            files_held = getattr(held, "shared", 0) / 1e6
    return Row(
        "memory of embedding, judge and completion models in one daemon",
        "≤ sum of files + 300 MB",
        f"{seen[-1]} MB, {files_held:.0f} of them pages of files; files {files:.0f} MB "
        f"(after embedding, judge, completion: {' / '.join(seen)} MB)",
    )
