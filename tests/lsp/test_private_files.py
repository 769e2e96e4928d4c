"""No other user of the machine can read what breadknife keeps: the real things run, and what they wrote is walked."""

from __future__ import annotations

import fnmatch
import logging
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from breadknife.disk_cache import DiskCache
from breadknife.engine.crashes import CrashLedger
from breadknife.engine.daemon.logs import open_log
from breadknife.paths import lock_file, make_folder, write_for_user
from breadknife.plugins.nullcheck.menu.choices import ChoiceStore
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.prose.engines.jvm.installed import server_jar
from breadknife.plugins.prose.engines.jvm.server import launch
from breadknife.setup.editors.files import _write_records as remember_editors  # pyright: ignore[reportPrivateUsage]
from engine.daemons import Daemons, say, until
from engine.fake_model import FakeModel

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the profile's access list is the user's alone there")

EXCEPT = {
    "data/models/*": "public files that anybody can fetch; sharing them between users is allowed",
    "data/languagetool/*": "the jars of a public release",
    "cache/wheels/*": "wheels of public packages",
}
"""What may have a wider mode -> why."""
SHELF = Path(__file__).parents[2] / "examples" / "shelf"
NOTE = "# Notes\n\nThis is an useful option for large repositories.\n"


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """The one of most systems: what is made with the system's modes can be read by all."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_to_others(home: Path) -> list[str]:
    """Each file and folder with a mode that lets others do something, with that mode."""
    found: list[str] = []
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if mode(path) & 0o077 and not any(fnmatch.fnmatch(name, pattern) for pattern in EXCEPT):
            found.append(f"{name} {mode(path):o}")
    return found


def breadknife(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "breadknife", *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert ran.returncode in (0, 1), ran.stderr


def test_commands(home: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "note.md").write_text(NOTE)
    (work / "code.py").write_text("import re\n\nre.match('a', 'b').group()\n")
    (work / "script.json").write_text("[]")
    breadknife(work, "lint", ".")
    breadknife(work, "shelf", "add", str(SHELF), "--engine-script", "script.json")
    breadknife(work, "shelf", "ask", "How hot is the oven?", "--engine-script", "script.json")
    breadknife(work, "recipes", "new", "mine")
    breadknife(work, "recipes", "test", "mine")
    breadknife(work, "trust", ".")
    breadknife(work, "doctor")
    written = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert {"cache/prose.sqlite", "config/trusted.json", "config/recipes/mine.toml"} <= written
    assert any(name.startswith("data/shelf/") for name in written)
    assert any(name.startswith("cache/") for name in written)
    assert open_to_others(home) == []


async def test_a_server_session(connect: Any, script: Any, home: Path, tmp_path: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("keep_receipts = true\n")
    (home / "config" / "config.toml").chmod(0o600)  # the user's own, who chooses its mode
    (home / "config").chmod(0o755)
    log = tmp_path / "server.log"
    session = await connect(engine_script=script([]), arguments=("--log-file", str(log)))
    uri = session.open("note.md", NOTE, "markdown")
    found, *_ = await session.pull(uri)
    add = lsp.ExecuteCommandParams("breadknife.command", ["prose", uri, "prose.addWord", "Add", "repositoree", "own"])
    await session.client.workspace_execute_command_async(add)
    await session.actions(uri, found.range, [found])
    await session.inline(uri, 2, 4, by_hand=True)
    until(lambda: (home / "state" / "receipts.jsonl").exists())
    assert mode(log) == 0o600
    assert open_to_others(home) == []


def test_the_engine(home: Path) -> None:
    with closing(Daemons(home / "run")) as daemons:
        assert say(daemons.client(), "abc")
        until(lambda: (home / "state" / "engine.log").exists())
        assert open_to_others(home) == []


class Saved(FakeModel):
    """Writes what a real model writes, with the same function."""

    def save(self, sequence: int, path: Path) -> None:
        from breadknife.engine.llama.state_file import write_state

        write_state(path, "owner", self.tokens[sequence], memoryview(b"state"))


def test_what_is_learned_and_remembered(home: Path) -> None:
    from breadknife.engine.daemon.snapshots import Snapshots
    from breadknife.host.opening import write_new
    from breadknife.host.receipts import Outcome, Receipt, ReceiptLog
    from breadknife.task.values import NewDocument

    Snapshots(home / "state" / "snapshots", 1 << 20).save("key", Saved(), 0)
    ChoiceStore(home / "state" / "null-fixes.json").chose(home, "name", next(iter(Strategy)))
    ReceiptLog(home / "state" / "receipts.jsonl")(Receipt("check", "prose", Outcome.ANSWERED))
    write_new(NewDocument("A title", "markdown", "text"))
    remember_editors({})
    ledger = CrashLedger(home / "state", make_folder(home / "run"))
    ledger.listen()
    ledger.computing("model")
    ledger.last_words("what went wrong")
    ledger.settle()
    assert {path.name for path in (home / "state").iterdir()} >= {"snapshots", "null-fixes.json", "receipts.jsonl"}
    assert open_to_others(home) == []


@pytest.mark.java
def test_languagetool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key and password lie in a temporary folder while it runs."""
    java, jar = shutil.which("java"), server_jar()
    assert java is not None
    assert jar is not None
    server = launch(java, jar)
    try:
        assert mode(server.folder) == 0o700
        assert open_to_others(server.folder) == []
    finally:
        server.stop()


def test_what_an_older_version_made_is_narrowed_when_it_is_opened(home: Path) -> None:
    state = home / "state"
    for path in (state / "engine.log", state / "engine.log.1", state / "prose.sqlite", state / "a.lock"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(0o644)
    (home / "config").mkdir()
    (home / "config" / "dictionary.txt").write_text("word\n")
    before = open_to_others(home)
    assert before == ["config 755", "config/dictionary.txt 644", "state 755"] + [
        f"state/{name} 644" for name in ("a.lock", "engine.log", "engine.log.1", "prose.sqlite")
    ]
    with closing(open_log(state / "engine.log")) as handler:
        handler.handle(logging.makeLogRecord({"msg": "a line"}))
    with closing(DiskCache(state / "prose.sqlite")) as store:
        store.put(b"question", b"answer")
    with lock_file(state / "a.lock"):
        pass
    write_for_user(home / "config" / "dictionary.txt", b"words\n")
    assert open_to_others(home) == []


def test_a_log_that_grows_stays_its_users_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.engine.daemon.logs.MAX_BYTES", 100)
    with closing(open_log(home / "state" / "engine.log")) as handler:
        for number in range(10):
            handler.handle(logging.makeLogRecord({"msg": f"line {number}"}))
    assert {path.name for path in (home / "state").iterdir()} == {"engine.log", "engine.log.1", "engine.log.2"}
    assert open_to_others(home) == []


def test_folders_of_the_user_keep_their_modes(home: Path, tmp_path: Path) -> None:
    """Only our own are narrowed: not a project, nor the folder that `BREADKNIFE_HOME` names."""
    home.mkdir(mode=0o755)
    project = tmp_path / "project"
    write_for_user(project / ".breadknife" / "dictionary.txt", b"word\n")
    make_folder(home / "state" / "deep")
    assert [mode(path) for path in (home, project, project / ".breadknife")] == [0o755] * 3
    assert mode(project / ".breadknife" / "dictionary.txt") == 0o644
    assert [mode(path) for path in (home / "state", home / "state" / "deep")] == [0o700] * 2
