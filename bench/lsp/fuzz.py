"""Random messages of every kind against a real server: `python bench/lsp/fuzz.py [MESSAGES] [SEED]`.

Counts requests without a reply and with two, tracebacks on stderr, and looks whether the server lives at the end. The
short run is `tests/lsp/test_protocol.py`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from lsp.fuzzing import Fuzzer
from lsp.raw import RawClient

CAPABILITIES = {
    "textDocument": {"inlineCompletion": {}, "diagnostic": {"dynamicRegistration": True}, "codeAction": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


def main(count: int = 20_000, seed: int = 1) -> None:
    folder = Path(tempfile.mkdtemp())
    script = folder / "script.json"
    script.write_text(json.dumps([{"when": "", "say": "x = 1"}]), "utf-8")
    client = RawClient("--engine-script", str(script), env={"BREADKNIFE_HOME": str(folder / "home")})
    client.initialize(folder, CAPABILITIES, prose={"languagetool": False, "model": False})
    began, ids = time.monotonic(), list[object]()
    for number, message in enumerate(Fuzzer(seed, folder.as_uri()).messages(count)):
        if number % 100 == 0 and number % 1_000 < 500:  # half of the time the server catches up, so that work is done
            client.wait(ids[-100:], 120)
        if isinstance(message, bytes):
            client.send_raw(message)
            continue
        client.send(message)
        if isinstance(message.get("method"), str) and "id" in message and message.get("jsonrpc") == "2.0":
            ids.append(message["id"])
    try:
        client.wait(ids, 120)
    except TimeoutError as error:
        print("not all were answered:", str(error)[:500])
    seconds, counts = time.monotonic() - began, client.replies_per_id()
    keys = [json.dumps(each) for each in ids]
    alive = client.process.poll() is None
    print(f"{count} messages (seed {seed}), {len(ids)} requests with an id of their own, {seconds:.0f} s")
    print(f"unanswered: {sum(counts[key] == 0 for key in keys)}")
    print(f"answered more than once: {sum(counts[key] > 1 for key in keys)}")
    print(f"tracebacks on stderr: {sum('Traceback' in line for line in client.stderr)}; lines: {len(client.stderr)}")
    print(f"alive at the end: {alive}; exit code {client.close()}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
