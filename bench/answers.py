"""What breadknife answers to fixed inputs, to compare a checkout with an earlier one: the net under a rewrite.

    python bench/answers.py draw FOLDER… --into CORPUS       files by a seed, copied
    python bench/answers.py record CORPUS ANSWERS.json [--python ../other/.venv/bin/python] [--only findings …]
    python bench/answers.py compare BEFORE.json AFTER.json

Findings of all files come from `lint` with LanguageTool and without models; menus at the places of findings and
completions (a real model) from `serve`; quotes from `shelf ask` with the real embedding model. Each run has a home of
its own, so no cache and no engine is shared. A request is repeated until two replies agree, since parts arrive late.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import platformdirs

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from lsp.raw import RawClient

SEED = 39
CODE = {".py": 110, ".ts": 30, ".js": 20, ".tsx": 5, ".go": 25, ".java": 25}
FILES = CODE | {".md": 50, ".rst": 20, ".txt": 5, ".tex": 5, ".html": 5}
"""How many files of each suffix the corpus has, at most: 300."""
LARGEST = 60_000
"""Bytes of the largest file that is drawn."""
MENUS, COMPLETIONS, QUESTIONS = 100, 200, 60
CAPABILITIES: dict[str, Any] = {
    "textDocument": {
        "diagnostic": {"dynamicRegistration": True},
        "inlineCompletion": {"dynamicRegistration": True},
        "codeAction": {
            "dataSupport": True,
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
        },
    }
}


def draw(folders: Sequence[Path], into: Path) -> None:
    """Copy the corpus: of each suffix so many files, by the seed."""
    drawing = random.Random(SEED)
    for suffix, most in FILES.items():
        paths = [path for folder in folders for path in sorted(folder.rglob(f"*{suffix}"))]
        fitting = [path for path in paths if path.is_file() and 300 < path.stat().st_size <= LARGEST]
        for number, path in enumerate(drawing.sample(fitting, min(most, len(fitting)))):
            target = into / suffix.removeprefix(".") / f"{number}_{path.name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        print(f"{suffix}: {min(most, len(fitting))} of {len(fitting)}")
    (into / ".git").mkdir(exist_ok=True)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a run with a home of its own, which has the models and jars of this user."""
    data, own = platformdirs.user_data_path("breadknife", appauthor=False), home / "data"
    own.mkdir(parents=True)
    for name in ("models", "languagetool"):
        (own / name).symlink_to(data / name)
    return {**os.environ, "BREADKNIFE_HOME": str(home)}


def record_findings(python: str, corpus: Path, home: Path) -> dict[str, Any]:
    """Return the findings of each file, of all confidences."""
    script = home / "silent.json"
    script.write_text("[]", "utf-8")
    command = [python, "-m", "breadknife", "lint", "--format", "json", "--min-confidence", "low", "--exit-zero"]
    run = subprocess.run(
        [*command, "--engine-script", script, "."], cwd=corpus, env=environment(home / "lint"), capture_output=True
    )
    if run.returncode:
        print(run.stderr.decode()[-2000:], file=sys.stderr)
    findings = json.loads(run.stdout)
    answers: dict[str, Any] = {}
    for finding in findings["findings"] if isinstance(findings, dict) else findings:
        path = str(finding.get("path") or finding.get("file")).replace(str(corpus) + "/", "")
        answers.setdefault(path, []).append(finding)
    return {path: sorted(rows, key=json.dumps) for path, rows in answers.items()}


def serving(python: str, root: Path, home: Path, *arguments: str) -> RawClient:
    """Start a server on a folder, and wait until its plugins are loaded."""
    command = [python, "-m", "breadknife", "serve", "--no-learn", *arguments]
    client = RawClient(command=command, env=environment(home))
    client.initialize(root, CAPABILITIES, trusted=True)
    client.call("ready", "workspace/executeCommand", {"command": "breadknife.status"})
    return client


def settle(ask: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Repeat a question until two replies agree."""
    deadline, before = time.monotonic() + seconds, ask()
    while time.monotonic() < deadline:
        time.sleep(0.4)
        if (after := ask()) == before:
            return after
        before = after
    return before


def record_menus(python: str, corpus: Path, home: Path) -> dict[str, Any]:
    """Return titles, kinds and edits of the menus at the places of findings, of four findings in a file."""
    script = home / "silent.json"
    script.write_text("[]", "utf-8")
    client = serving(python, corpus, home / "menus", "--engine-script", str(script))
    drawing, ids, answers = random.Random(SEED), iter(range(10**9)), dict[str, Any]()
    paths = [path for path in sorted(corpus.rglob("*.*")) if path.is_file()]
    drawing.shuffle(paths)
    names = {".py": "python", ".ts": "typescript", ".js": "javascript", ".tsx": "typescriptreact", ".md": "markdown",
             ".rst": "restructuredtext", ".txt": "plaintext", ".tex": "latex"}  # fmt: skip
    for path in paths:
        if len(answers) >= MENUS:
            break
        uri = path.as_uri()
        client.open(uri, path.read_text("utf-8", "replace"), names.get(path.suffix, path.suffix[1:]))
        document = {"textDocument": {"uri": uri}}
        items: list[Any] = []
        for plugin in ("nullcheck", "prose"):
            asking = {**document, "identifier": plugin}
            pulled = client.call(next(ids), "textDocument/diagnostic", asking)
            items += (pulled.get("result") or {}).get("items", [])
        for item in drawing.sample(sorted(items, key=json.dumps), min(4, len(items))):
            params = {**document, "range": item["range"], "context": {"diagnostics": [item], "triggerKind": 1}}
            menu = settle(lambda params=params: client.call(next(ids), "textDocument/codeAction", params).get("result"))
            place = item["range"]["start"]
            answers[f"{path.relative_to(corpus)}:{place['line']}:{place['character']}"] = [
                {key: action.get(key) for key in ("title", "kind", "edit", "isPreferred")} for action in menu or []
            ]
        client.notify("textDocument/didClose", document)
    client.close()
    return answers


def record_completions(python: str, corpus: Path, home: Path, tasks: Path) -> dict[str, Any]:
    """Return what is suggested where a line of a task is missing, once it no longer grows."""
    root = home / "completing"
    root.mkdir()
    (root / ".git").mkdir()
    client = serving(python, root, home / "completions")
    with gzip.open(tasks, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    ids, answers = iter(range(10**9)), dict[str, Any]()
    for number, row in enumerate(random.Random(SEED).sample(rows, COMPLETIONS)):
        uri = (root / f"t{number}.py").as_uri()
        client.open(uri, row["prompt"] + row["suffix"])
        line = row["prompt"].count("\n")
        place = {"line": line, "character": len(row["prompt"]) - row["prompt"].rfind("\n") - 1}
        params = {"textDocument": {"uri": uri}, "position": place, "context": {"triggerKind": 1}}
        reply = settle(
            lambda params=params: client.call(next(ids), "textDocument/inlineCompletion", params).get("result")
        )
        items = reply.get("items", []) if isinstance(reply, dict) else reply or []
        answers[row["task_id"]] = [item.get("insertText") for item in items]
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        if number % 20 == 19:
            print(f"{number + 1} completions", file=sys.stderr, flush=True)
    client.close()
    return answers


def record_quotes(python: str, corpus: Path, home: Path) -> dict[str, Any]:
    """Return what the shelf says to the headings of its own documents."""
    settings = environment(home / "shelf")
    script = [python, "-m", "breadknife", "shelf"]
    for folder in ("md", "rst"):
        subprocess.run([*script, "add", str(corpus / folder)], env=settings, check=False, cwd=home)
    lines = [
        line for path in sorted((corpus / "md").iterdir()) for line in path.read_text("utf-8", "replace").split("\n")
    ]
    headings = sorted({line.lstrip("# ") for line in lines if line.startswith("##") and len(line) > 12})
    answers: dict[str, Any] = {}
    for question in random.Random(SEED).sample(headings, min(QUESTIONS, len(headings))):
        run = subprocess.run([*script, "ask", "--json", question], env=settings, capture_output=True, cwd=home)
        answer = json.loads(run.stdout) if run.stdout.strip() else {"error": run.stderr.decode()}
        answers[question] = [quote.get("text") or quote for quote in answer.get("quotes", [])] or sorted(answer)
    return answers


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            old, new = (json.dumps(side.get(key), indent=1, sort_keys=True).split("\n") for side in (before, after))
            yield f"--- {key}"
            yield from list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    drawn = commands.add_parser("draw")
    drawn.add_argument("folders", nargs="+", type=Path)
    drawn.add_argument("--into", type=Path, required=True)
    recorded = commands.add_parser("record")
    recorded.add_argument("corpus", type=Path)
    recorded.add_argument("answers", type=Path)
    recorded.add_argument("--python", type=os.path.abspath, default=sys.executable)
    recorded.add_argument("--only", nargs="+", choices=("findings", "menus", "completions", "quotes"))
    recorded.add_argument("--tasks", type=Path, help="rows of prompt and suffix, JSON lines in gzip: for completions")
    compared = commands.add_parser("compare")
    compared.add_argument("before", type=Path)
    compared.add_argument("after", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "draw":
        return draw(chosen.folders, chosen.into)
    if chosen.command == "compare":
        before, after = (json.loads(path.read_text("utf-8")) for path in (chosen.before, chosen.after))
        for kind in sorted(before.keys() & after.keys()):
            lines = list(differences(before[kind], after[kind]))
            print(f"== {kind}: {len(before[kind])} inputs, {sum(line.startswith('--- ') for line in lines)} differ")
            print(*lines, sep="\n", end="\n" if lines else "")
        return None
    answers: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bk") as folder:
        home = Path(folder)
        for kind in chosen.only or ("findings", "menus", "completions", "quotes"):
            began = time.monotonic()
            if kind == "completions":
                if not chosen.tasks:
                    raise SystemExit("say where the rows for completions are: --tasks FILE.jsonl.gz")
                answers[kind] = record_completions(chosen.python, chosen.corpus, home, chosen.tasks)
            else:
                record = {"findings": record_findings, "menus": record_menus, "quotes": record_quotes}[kind]
                answers[kind] = record(chosen.python, chosen.corpus.resolve(), home)
            print(f"{kind}: {len(answers[kind])} in {time.monotonic() - began:.0f} s", flush=True)
    chosen.answers.write_text(json.dumps(answers, indent=1, sort_keys=True), "utf-8")
    return None


if __name__ == "__main__":
    main()
