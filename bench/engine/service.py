"""Rows about the daemon: real processes, real sockets."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import psutil
from peers import first_event_seconds, llama_server
from row import Row, quantile

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, GenerateRequest, Lane, Part
from breadknife.engine.client import DaemonEngine
from breadknife.engine.crashes import CrashLedger
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable
from breadknife.paths import state_dir
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.text.document import Document

TEXT = Path(__file__).parents[2] / "server" / "breadknife" / "text"
FILES = [TEXT / name for name in ("document.py", "prose.py", "syntax.py")]
KEYS = 80
"""Typed in each file."""
CHATTER = (Part("Tell me a very long story.\n"),)


def typing(lines: bool = False) -> Iterator[tuple[Document, int]]:
    """A document after each key; with `lines`, only after keys that begin a line."""
    for path in FILES:
        text = path.read_text("utf-8")
        start = text.index("\n", len(text) // 2) + 1
        removed, rest = text[start : start + (2400 if lines else KEYS)], text[start + 2400 :]
        for n in range(1, len(removed) + 1):
            if not lines or removed[n - 1] == "\n":
                before = text[:start] + removed[:n]
                yield Document(path.as_uri(), "python", before + rest, n), len(before)


def first_token(engine: DaemonEngine, request: GenerateRequest) -> tuple[float, Chunk]:
    began = time.perf_counter()
    chunks = engine.generate(request, CancelToken())
    first = next(chunks)
    taken = time.perf_counter() - began
    for first_or_later in chunks:
        first = first_or_later
    return taken, first


def _completion(model: str, document: Document, offset: int, tokens: int = 1) -> GenerateRequest:
    return GenerateRequest(model, fim_prompt(document, offset, offset), tokens, lane=Lane.TYPING)


def tokens_per_key(model: str) -> Row:
    new = list[int]()
    with closing(DaemonEngine()) as engine:
        file = ""
        for document, offset in typing():
            _, last = first_token(engine, _completion(model, document, offset, 8))
            if document.uri == file:
                new.append(last.prompt_tokens - last.cached_tokens)
            file = document.uri
    return Row(
        "new prompt tokens per key on a replay of typing",
        "median ≤ 2, mean ≤ 4",
        f"median {statistics.median(new):.0f}, mean {statistics.mean(new):.1f} ({len(new)} keys)",
    )


def against_llama_server(model: str, gguf: Path) -> list[Row]:
    ours, theirs, our_lines, vim_lines = list[float](), list[float](), list[float](), list[float]()
    with closing(DaemonEngine()) as engine, llama_server(gguf) as url:
        for document, offset in islice(typing(), 2 * KEYS):
            request = _completion(model, document, offset)
            text = "".join(part.text for part in request.prompt)
            body = {"prompt": text, "n_predict": 1, "temperature": 0, "cache_prompt": True}
            ours.append(first_token(engine, request)[0])
            theirs.append(first_event_seconds(url + "/completion", body))
        for document, offset in islice(typing(lines=True), KEYS):
            our_lines.append(first_token(engine, _completion(model, document, offset))[0])
            vim_lines.append(first_event_seconds(url + "/infill", _llama_vim(document.text, offset)))
    warm = [quantile(ours, share) / quantile(theirs, share) for share in (0.5, 0.95)]
    line = [quantile(our_lines, share) / quantile(vim_lines, share) for share in (0.5, 0.95)]
    milliseconds = [f"{1000 * quantile(each, share):.0f}" for each in (ours, theirs) for share in (0.5, 0.95)]
    lines = [f"{1000 * quantile(each, share):.0f}" for each in (our_lines, vim_lines) for share in (0.5, 0.95)]
    return [
        Row(
            "first token against llama-server, same prompts, a key each: p50, p95",
            "≤ 1.0×",
            f"{warm[0]:.2f}×, {warm[1]:.2f}× ({'/'.join(milliseconds[:2])} for {'/'.join(milliseconds[2:])} ms)",
        ),
        Row(
            "first token on new lines against llama.vim's layout: p50, p95",
            "≤ 0.5× p95",
            f"{line[0]:.2f}×, {line[1]:.2f}× ({'/'.join(lines[:2])} for {'/'.join(lines[2:])} ms)",
        ),
    ]


def _llama_vim(text: str, offset: int) -> dict[str, object]:
    """What llama.vim sends, with its defaults of 256 lines before and 64 after the cursor."""
    before, after = text[:offset], text[offset:]
    head, _, line = before.rpartition("\n")
    return {
        "input_prefix": "".join((head + "\n").splitlines(keepends=True)[-256:]),
        "prompt": line,
        "input_suffix": "".join(after.splitlines(keepends=True)[:64]),
        "n_predict": 1,
        "temperature": 0,
        "cache_prompt": True,
    }


def overhead(model: str, rounds: int = 200) -> Row:
    """What a request takes besides its queue and its evaluation."""
    prompt = (Part("def add(a, b):\n    return"),)
    spent = list[float]()
    with closing(DaemonEngine()) as engine:
        for n in range(rounds + 5):
            taken, last = first_token(engine, GenerateRequest(model, prompt, 1, lane=Lane.TYPING))
            if n >= 5:
                spent.append((taken - last.computed) * 1000)
    return Row(
        "host and socket overhead per request, p95",
        "≤ 5 ms",
        f"{quantile(spent, 0.95):.1f} ms (p50 {quantile(spent, 0.5):.1f})",
    )


def busy_background(model: str) -> Row:
    """First tokens of a typist's requests, alone and beside eight long background jobs."""
    stop = CancelToken()
    documents = list(typing())[:KEYS]

    def chatter(n: int) -> None:
        with closing(DaemonEngine()) as engine:
            while not stop.cancelled:
                try:
                    request = GenerateRequest(model, (*CHATTER, Part(f"{n}:")), 200, lane=Lane.BACKGROUND)
                    for _ in engine.generate(request, stop):
                        pass
                except Cancelled:
                    return

    taken = dict[str, list[float]]()
    with closing(DaemonEngine()) as engine:
        first_token(engine, _completion(model, *documents[0]))
        for name in ("idle", "full"):
            threads = [threading.Thread(target=chatter, args=(n,)) for n in range(8 if name == "full" else 0)]
            for thread in threads:
                thread.start()
            time.sleep(3)
            found = taken[name] = []
            for document, offset in documents:
                found.append(first_token(engine, _completion(model, document, offset))[0])
                time.sleep(0.15)
            stop.cancel() if threads else None
            for thread in threads:
                thread.join()
    p50, p95 = (quantile(taken["full"], share) / quantile(taken["idle"], share) for share in (0.5, 0.95))
    return Row(
        "interactive first token with the background lane full: p50, p95",
        "≤ 1.3×",
        f"{p50:.2f}×, {p95:.2f}× ({1000 * quantile(taken['full'], 0.5):.0f} ms at p50)",
    )


def memory(model: str) -> Row:
    """Resident bytes of the daemon with one and with four connected editors that each had a completion."""
    documents = list(typing())[::60][:4]
    found = list[int]()
    engines = [DaemonEngine(client=f"editor {n}") for n in range(4)]
    for engine, (document, offset) in zip(engines, documents, strict=True):
        first_token(engine, _completion(model, document, offset, 16))
        status = engine.status()
        assert status is not None
        found.append(status.resident_bytes)
    for engine in engines:
        engine.close()
    return Row(
        "memory with 4 editors open against one",
        "≤ 1.15×",
        f"{found[-1] / found[0]:.2f}× ({found[-1] / 1e6:.0f} MB)",
    )


def chaos(model: str, rounds: int = 1000) -> Row:
    """Random cancels, disconnects and kills of the daemon: each request has exactly one outcome, nothing is left."""
    rng = random.Random(4)
    outcomes = {"answered": 0, "cancelled": 0, "failed": 0, "none": 0}
    document, offset = next(typing())
    for n in range(rounds):
        engine = DaemonEngine()
        cancel = CancelToken.after(20)
        kind = rng.choice(("cancel", "leave", "leave", "cancel", "kill") if n % 25 == 0 else ("cancel", "leave"))
        lane = rng.choice(list(Lane))
        try:
            request = GenerateRequest(model, fim_prompt(document, offset, offset), rng.randint(1, 12), lane=lane)
            if kind == "cancel":
                threading.Timer(rng.random() * 0.1, cancel.cancel).start()
            last = Chunk("")
            for last in engine.generate(request, cancel):
                if kind == "leave" and rng.random() < 0.2:
                    last = Chunk("", finish="left")
                    break
                if kind == "kill" and (status := engine.status()):
                    psutil.Process(status.pid).kill()
            outcomes["answered" if last.finish else "none"] += 1
        except Cancelled:
            outcomes["cancelled"] += 1
        except (EngineDied, EngineUnavailable):
            outcomes["failed"] += 1
        except BreadknifeError as error:
            print("chaos:", error, file=sys.stderr)
            outcomes["failed"] += 1
        finally:
            engine.close()
            if kind == "kill":  # three deaths over a model set it aside
                CrashLedger(state_dir()).allow(model)
    with closing(DaemonEngine()) as engine:
        for _ in range(100):
            try:
                first_token(engine, _completion(model, document, offset))
                break
            except EngineUnavailable:
                time.sleep(1)
        status = engine.status()
        assert status is not None
        process = psutil.Process(status.pid)
        busy = sum(lane.waiting + lane.running for lane in status.lanes)
        daemons = subprocess.run(["pgrep", "-fc", "breadknife.engine.daemon"], capture_output=True, text=True).stdout
        left = f"{busy} jobs, {process.num_fds()} handles, {len(status.clients)} client, {daemons.strip()} daemon left"
    return Row(f"{rounds} random cancels, kills, reconnects", "one reply each, nothing leaked", f"{outcomes}; {left}")
