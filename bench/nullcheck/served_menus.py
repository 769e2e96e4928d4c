"""How long a person waits for the menu of null fixes, and for a chosen one, in a server that an editor has started.

    python bench/nullcheck/served_menus.py PROJECT [--menus 40] [--seconds 2] [--seed 33] [--oracle ty]

With PYTHONPATH as the folder `server` of another checkout, the server is that one. PROJECT is copied. Files are opened
at random; at two findings of each, the menu is asked for as VS Code does: when the cursor comes to the place, and when
the user opens it, so many seconds later each, after the findings are there. Then the first fix is chosen, and the file
closed. The seconds of an empty request (`breadknife/ping`) beside them say how busy the machine is.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.text.document import language_of
from lsp.raw import RawClient

CAPABILITIES: dict[str, Any] = {
    "textDocument": {
        "diagnostic": {"dynamicRegistration": True},
        "codeAction": {
            "dataSupport": True,
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "resolveSupport": {"properties": ["edit"]},
        },
    }
}
AUTOMATIC, INVOKED = 2, 1


class Timed:
    """A client that knows how long each kind of request took."""

    def __init__(self, client: RawClient) -> None:
        self._client = client
        self._number = 0
        self.seconds: dict[str, list[float]] = {}

    def ask(self, kind: str, method: str, params: Any = None) -> Any:
        self._number += 1
        began = time.monotonic()
        reply = self._client.call(self._number, method, params)
        self.seconds.setdefault(kind, []).append(self._client.arrived[str(self._number)] - began)
        return reply.get("result")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--menus", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=33)
    parser.add_argument("--oracle", default="", help="the checker that the project is configured for")
    chosen = parser.parse_args()
    drawing, refused = random.Random(chosen.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / chosen.project.name
        shutil.copytree(chosen.project, root)
        (root / ".git").mkdir(exist_ok=True)
        if chosen.oracle:
            (root / "pyproject.toml").write_text(f"[tool.{chosen.oracle}]\n", "utf-8")
        client = RawClient()
        client.initialize(root, CAPABILITIES, trusted=True)
        client.call("ready", "workspace/executeCommand", {"command": "breadknife.status"})
        timed = Timed(client)
        for menu, (uri, finding) in zip(range(chosen.menus), findings(root, client, timed, drawing), strict=False):
            timed.ask("an empty request", "breadknife/ping")
            time.sleep(chosen.seconds)
            ask_menu(timed, "when the cursor comes", uri, finding, AUTOMATIC)
            time.sleep(chosen.seconds)
            listed = ask_menu(timed, "menu", uri, finding, INVOKED)
            fixes = [action for action in listed if action.get("data") or action.get("edit")]
            if fixes:
                made = timed.ask("chosen fix", "codeAction/resolve", fixes[0])
                refused += not (made or {}).get("edit")
            if menu % 10 == 9:
                print(f"{menu + 1} menus", flush=True)
        client.close()
    for kind, seconds in timed.seconds.items():
        print(f"{kind}: {len(seconds)}, {', '.join(row(seconds))}, the first {1000 * seconds[0]:.0f} ms")
    print(f"{refused} first fixes made no edit")


def findings(root: Path, client: RawClient, timed: Timed, drawing: random.Random) -> Iterator[tuple[str, Any]]:
    paths = [path for path in sorted(root.rglob("*")) if language_of(path) in LANGUAGE_IDS and path.is_file()]
    drawing.shuffle(paths)
    for path in paths:
        uri = path.as_uri()
        client.open(uri, path.read_text("utf-8"), language_of(path) or "")
        where = {"textDocument": {"uri": uri}, "identifier": "nullcheck"}
        found = timed.ask("findings", "textDocument/diagnostic", where)["items"]
        for finding in drawing.sample(found, min(2, len(found))):
            yield uri, finding
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def ask_menu(timed: Timed, kind: str, uri: str, finding: Any, trigger: int) -> list[Any]:
    context = {"diagnostics": [finding], "triggerKind": trigger}
    place = {"textDocument": {"uri": uri}, "range": finding["range"], "context": context}
    return timed.ask(kind, "textDocument/codeAction", place) or []


def row(seconds: list[float]) -> Iterator[str]:
    ordered = sorted(seconds)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("most", 1.0)):
        yield f"{name} {1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f} ms"


if __name__ == "__main__":
    main()
