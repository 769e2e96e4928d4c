"""`breadknife fix` of many findings: file by file, as long as it takes, and what is done stays done."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from breadknife.host.host import Host
from breadknife.plugins.nullcheck.project import changes as changes_module
from cli.commands import breadknife, in_terminal, read, shown_lines, within
from cli.fix.checkers import ASSERTED, USES, mypy
from project.folders import write

FILES = [f"m{at}.py" for at in range(10)]
SAID = "".join(mypy(name, 2, "y") for name in FILES)


def test_a_hundred_findings_in_ten_files(project: Path) -> None:
    functions = "".join(f"def f{at}(x=None):\n    return x.y\n\n\n" for at in range(10))
    write(project, dict.fromkeys(FILES, functions))
    said = "".join(mypy(name, 4 * at + 2, "y") for name in FILES for at in range(10))
    result = breadknife(project, "fix", "--all", "--write", "--from", "-", given=said)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert [line for line in result.stderr.splitlines() if "wrote" in line] == [
        f"breadknife: wrote {name}" for name in FILES
    ]
    assert all(read(project, name).count("    assert x is not None\n") == 10 for name in FILES)
    assert within(project, "lint", ".").returncode == 0


def test_no_time_of_the_clock_ends_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes as long as it takes; an editor's limits are of its own."""
    limits = list[float]()
    ask = Host.ask

    def noted(host: Host, *given: object, **options: object) -> object:
        limits.append(float(str(options.get("seconds"))))
        return ask(host, *given, **options)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Host, "ask", noted)
    write(project, {"a.py": USES})
    assert within(project, "fix", "--from", "-", given=mypy("a.py", 2, "y")).returncode == 1
    assert limits
    assert min(limits) >= 3600


def test_ctrl_c_keeps_what_is_done(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {**dict.fromkeys(FILES, USES), "log": SAID})
    rewrite = changes_module.rewrite

    def interrupted(path: Path, raw: bytes) -> None:
        rewrite(path, raw)
        if path.name == "m3.py":
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(changes_module, "rewrite", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        result = within(project, "fix", "--all", "--write", "--from", "log")
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.returncode == 130, result.stderr
    assert [read(project, name) for name in FILES] == [ASSERTED] * 4 + [USES] * 6
    assert "4 findings repaired, 0 left" in result.stderr
    assert "stopped: 6 findings not looked at; what was done is kept" in result.stderr


def test_a_file_that_changes_meanwhile_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {**dict.fromkeys(FILES, USES), "log": SAID})
    rewrite = changes_module.rewrite

    def edited(path: Path, raw: bytes) -> None:
        rewrite(path, raw)
        if path.name == "m3.py":
            (project / "m4.py").write_text("# mine\n" + USES)

    changed = "m4.py has changed meanwhile: its repairs weren't written; run it again"
    write(project, {"m4.py": USES})
    monkeypatch.setattr(changes_module, "rewrite", edited)
    result = within(project, "fix", "--all", "--write", "--json", "--from", "log")
    assert (result.returncode, result.stderr.count(changed)) == (1, 1), result.stderr
    after = [ASSERTED] * 4 + ["# mine\n" + USES] + [ASSERTED] * 5
    assert [read(project, name) for name in FILES] == after
    outcomes = {each["path"]: each["outcome"] for each in json.loads(result.stdout)["outcomes"]}
    assert outcomes == {**dict.fromkeys(FILES, "repaired"), "m4.py": "left"}


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_a_terminal_sees_one_count_for_all_files(project: Path) -> None:
    write(project, {**dict.fromkeys(FILES, USES), "log": SAID})
    _, screen = in_terminal(project, "fix", "--from", "log")
    told = [line for line in shown_lines(screen) if line.endswith(".py") and " of " in line]
    assert told[-10:] == [f"{at} of 10: {name}" for at, name in enumerate(FILES, 1)]
