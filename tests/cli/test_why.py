"""Receipts for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from breadknife.cli.doctor import examine
from breadknife.cli.why import lines_of, run
from breadknife.host.plugins.containment import Containment
from breadknife.host.plugins.pauses import FAILURES
from breadknife.host.receipts import Outcome, Receipt
from breadknife.host.report.inspector import inspect
from breadknife.task.running import StepTrace
from breadknife.task.values import ActionRequest, CheckRequest, Findings
from breadknife.text.document import Span
from host.fakes import Fake, host, raising
from project.folders import write
from support import document

ANSWERED = Receipt(
    "completion",
    "completion",
    Outcome.ANSWERED,
    "file:///a.py",
    line=12,
    milliseconds=84.2,
    model="qwen2.5-coder-0.5b",
    quantisation="Q4_K_M",
    sha256="1d9614638d18",
    prompt_tokens=310,
    cached_tokens=306,
    output_tokens=9,
    queued_ms=1.2,
    computed_ms=80.6,
    verdict="accepted",
    steps=(StepTrace("place", "rule", "passed on", 0.21), StepTrace("model", "small", "passed on", 82.0, "q")),
)
SILENT = Receipt(
    "completion",
    "completion",
    Outcome.NOTHING,
    reason="inside-word",
    sentence="inside a word",
    remedy="move",
)


@pytest.mark.parametrize(
    ("receipt", "lines"),
    [
        (
            ANSWERED,
            [
                "completion by completion: answered, 84 ms  /a.py:12",
                "steps: place passed on (0.2 ms), model passed on (82.0 ms)",
                "model: qwen2.5-coder-0.5b (Q4_K_M sha256 1d9614638d18…)",
                "310 prompt tokens (306 from the cache), 9 written; 1 ms queued, 81 ms computed; 0 bytes left the "
                "machine",
                "verifier: accepted",
            ],
        ),
        (SILENT, ["completion by completion: nothing (inside-word), 0 ms", "inside a word", "→ move"]),
        (Receipt("check", "", Outcome.NOTHING, reason="no-plugin"), ["check: nothing (no-plugin), 0 ms"]),
    ],
)
def test_lines(receipt: Receipt, lines: list[str]) -> None:
    assert [line[10:] for line in lines_of(asdict(receipt))] == lines


def test_what_was_asked_in_vain_is_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = host(Fake("one", lambda context: None))
    server = inspect(one)
    for _ in range(3):
        one.ask(ActionRequest(document("a"), Span(0, 0)))
    assert run(None, as_json=False, limit=10) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if "action by one" in line]
    assert line.endswith(", and 2 more before")
    server.close()


def test_a_receipt_has_the_line_that_was_asked_about() -> None:
    one = host(Fake("one", lambda context: None))
    one.ask(ActionRequest(document("a\nb\nc"), Span(2, 3)))
    one.ask(CheckRequest(document("a\nb\nc")))
    assert [receipt.line for receipt in one.ledger.newest()] == [0, 2]


def test_why_asks_the_servers_that_run(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(None, as_json=False, limit=10) == 0
    assert "No running server" in capsys.readouterr().out
    one = host(Fake("one", lambda context: Findings(())))
    server = inspect(one)
    one.ask(CheckRequest(document("x = 1")))
    run("/project/example", as_json=True, limit=10)
    [receipt] = json.loads(capsys.readouterr().out)
    assert (receipt["plugin"], receipt["uri"]) == ("one", "file:///project/example")
    run(str(tmp_path), as_json=False, limit=10)
    assert f"about {tmp_path}" in capsys.readouterr().out
    server.close()


def test_a_place_is_explained_without_a_server(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.py": "def f(x: str):\n    return x.upper()\n", "b.bin": b"\0\1"})
    write(tmp_path, {"d.md": "This is an useful one. A loaf is here.\n", "e.py": "def f(x=None):\n    return g(x.y)\n"})
    write(tmp_path, {"breadknife.toml": "[prose]\nlanguagetool = false\nmodel = false\n"})
    marked = "Something in this line is marked: {}\n→ Open the menu at the mark.\n"
    said = {
        "d.md:1": marked.format("Incorrect indefinite article."),
        "d.md:1:28": "Harper finds nothing wrong here.\n"
        "→ If something is wrong, select it and choose “Fix this text” in the menu.\n",
        "e.py:2": marked.format("`x` may be None: the default of `x` in `f` is None."),
        "a.py:2:12": "Nothing shows that `x` can be null here.\n→ If it can, declare that where `x` comes from.\n",
        "a.py:9": "The file has only 3 lines.\n→ Name one of them.\n",
        "b.bin:1": "The file can't be read: a binary file (it has NUL bytes).\n→ Name a text file that can be read.\n",
        "c.py:1": "The file can't be read: No such file or directory.\n→ Name a text file that can be read.\n",
    }
    for place, lines in said.items():
        assert run(place, as_json=False, limit=10) == 0
        assert capsys.readouterr().out == lines
    run("a.py:2:12", as_json=True, limit=10)
    assert json.loads(capsys.readouterr().out)["reason"] == "never-null"


def test_doctor_shows_a_paused_plugin(home: Path) -> None:
    one = host(Fake("bad", raising(ZeroDivisionError("again"))), containment=Containment())
    for _ in range(FAILURES):
        one.ask(CheckRequest(document("x")))
    [check] = [check for check in examine(one) if check.state == "problem" and "paused" in check.detail]
    assert "ZeroDivisionError: again" in check.detail
    assert "breadknife plugins resume bad" in check.remedy
