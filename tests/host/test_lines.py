"""What editors show of the status and of receipts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import pytest

from breadknife.engine.api import ClientStatus, EngineStatus, Failure, ModelStatus
from breadknife.host.receipts import Outcome, Receipt
from breadknife.host.report.lines import folded, receipt_lines, status_lines

ENGINE = EngineStatus(
    pid=7,
    version="1",
    uptime=3_725.3,
    clients=(ClientStatus("Neovim", 8, 60.0),),
    resident_bytes=700_000_000,
    models=(ModelStatus("tiny", 12, 80, bytes=98_000_000, idle=4.0),),
    lanes=(),
    failures=(Failure(0.5, "tiny", "out of\nmemory"),),
    set_aside=("bad",),
)
BROKEN = Receipt("check", "prose", Outcome.FAILED, sentence="prose broke", at=86_400.0)
REPORT = {
    "version": "1",
    "offline": False,
    "engine": asdict(ENGINE),
    "engine_installed": True,
    "engine_problem": "",
    "remotes": [{"sentence": "text leaves this machine"}],
    "models": [
        {"name": "tiny", "roles": ["judge"], "path": None},
        {"name": "a", "roles": ["fix", "judge"], "path": "/a.gguf"},
        {"name": "ollama:b", "roles": [], "path": None},
    ],
    "plugins": [{"name": "prose", "enabled": True}, {"name": "completion", "enabled": False}],
    "reading": ["file:///a/notes.md"],
    "problems": ["config.toml:1: wrong"],
    "failures": [asdict(BROKEN)] * 5,
}
SHOWN = """\
breadknife 1
engine   process 7, up 1 h 2 min, 700 MB in memory
clients  Neovim (8)
loaded   tiny: 98 MB, idle 4 s, 12 of 80 tokens held
bad is set aside: the engine died over it; `breadknife models allow bad`
failed   1970-01-01 00:00:00 tiny: out of memory
text leaves this machine
model    tiny (judge): not on this machine
model    a (fix, judge): /a.gguf
model    ollama:b (): of another engine
plugins  prose, completion (off)
reading  notes.md: more findings are to come
config.toml:1: wrong
failed   1970-01-02 00:00:00 check by prose: prose broke
failed   1970-01-02 00:00:00 check by prose: prose broke
failed   1970-01-02 00:00:00 check by prose: prose broke"""


def test_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    assert "\n".join(status_lines(REPORT)) == SHOWN


@pytest.mark.parametrize(
    ("report", "line"),
    [
        ({"offline": True}, "breadknife 1, offline"),
        ({"engine": None}, "engine   not running; whoever needs it first starts it"),
        ({"engine": None, "engine_installed": False}, "engine   not installed; `breadknife setup` installs it"),
        ({"engine": None, "engine_problem": "it doesn't answer"}, "engine   it doesn't answer"),
        ({"engine": asdict(replace(ENGINE, clients=()))}, "clients  none"),
        ({"engine": asdict(replace(ENGINE, uptime=61.0))}, "engine   process 7, up 1 min 1 s, 700 MB in memory"),
    ],
)
def test_a_line_of_the_status(report: Mapping[str, object], line: str) -> None:
    assert line in status_lines({**REPORT, **report})


def test_a_failure_of_today_has_no_date() -> None:
    now = time.time()
    [line] = [line for line in status_lines({**REPORT, "engine": None, "failures": [{**asdict(BROKEN), "at": now}]})
              if line.startswith("failed")]  # fmt: skip
    assert line == f"failed   {time.strftime('%H:%M:%S', time.localtime(now))} check by prose: prose broke"


ANSWERED = Receipt("completion", "completion", Outcome.ANSWERED, line=12, milliseconds=84.2, model="qwen")
SILENT = Receipt(
    "completion", "completion", Outcome.NOTHING, reason="inside-word", sentence="inside\na word", remedy="move"
)
VAIN = Receipt("action", "nullcheck", Outcome.NOTHING, "file:///a.py", reason="no-opinion", sentence="nothing to say")


@pytest.mark.parametrize(
    ("receipt", "times", "lines"),
    [
        (ANSWERED, 1, ["completion at line 12, by completion: answered, 84 ms", "    qwen"]),
        (SILENT, 1, ["completion, by completion: nothing (inside word), 0 ms", "    inside a word", "    → move"]),
        (VAIN, 3,
         ["action, by nullcheck: nothing (no opinion), 0 ms, and 2 more before", "    nothing to say"]),
        (Receipt("check", "", Outcome.NOTHING, reason="no-plugin"), 1, ["check, by nobody: nothing (no plugin), 0 ms"]),
    ],
)  # fmt: skip
def test_a_receipt(receipt: Receipt, times: int, lines: Sequence[str]) -> None:
    assert receipt_lines(asdict(receipt), times) == lines


OTHER = replace(VAIN, uri="file:///b.py")


@pytest.mark.parametrize(
    ("receipts", "shown"),
    [
        ([], []),
        ([ANSWERED, ANSWERED], [(ANSWERED, 1), (ANSWERED, 1)]),
        ([SILENT, SILENT], [(SILENT, 1), (SILENT, 1)]),
        ([VAIN, VAIN, VAIN], [(VAIN, 3)]),
        ([VAIN, ANSWERED, VAIN], [(VAIN, 2), (ANSWERED, 1)]),
        ([VAIN, OTHER, VAIN, OTHER], [(VAIN, 2), (OTHER, 2)]),
        ([VAIN, replace(VAIN, reason="", outcome=Outcome.ANSWERED), VAIN],
         [(VAIN, 1), (replace(VAIN, reason="", outcome=Outcome.ANSWERED), 1), (VAIN, 1)]),
    ],
)  # fmt: skip
def test_receipts_in_vain_are_folded(receipts: Sequence[Receipt], shown: Sequence[tuple[Receipt, int]]) -> None:
    assert folded(map(asdict, receipts)) == [(asdict(receipt), times) for receipt, times in shown]
