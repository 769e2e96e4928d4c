"""The real LanguageTool: started, killed, restarted, ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from breadknife.errors import BreadknifeError, DownloadFailed, EngineDied, EngineUnavailable
from breadknife.plugins.prose import guard, languagetool, languagetool_setup
from breadknife.plugins.prose.languagetool import LanguageToolEngine, obstacle
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.task.values import CheckRequest, Findings
from breadknife.text.document import Document
from support import PluginContext, document


@pytest.fixture(scope="module")
def engine() -> Iterator[LanguageToolEngine]:
    assert obstacle() is None, "`make languagetool` installs it"
    engine = LanguageToolEngine("en-US")
    yield engine
    engine.close()


def servers() -> list[psutil.Process]:
    """The JVMs that this process has started."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "org.languagetool.server.HTTPServer" in child.cmdline() and guard.__file__ not in child.cmdline()
    ]


@pytest.mark.java
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All is well.", []),
        ("The function return a list.", [("return", "returns")]),
        ("😀😀. The function return a list of 😀.", [("return", "returns")]),
        ("a\0b \ud800. The function return a list.", [("return", "returns")]),
        ("An Dummy0 is a Ina0, and the Dummy0 returns Dummy0, Dummy0 or Dummy0.", []),
    ],
)
def test_positions_are_code_points(engine: LanguageToolEngine, text: str, expected: list[tuple[str, str]]) -> None:
    found = [lint for lint in engine.check(text) if lint.category == "GRAMMAR"]
    assert [(text[lint.span.start : lint.span.end], lint.replacements[0]) for lint in found] == expected


@pytest.mark.java
def test_a_killed_server_is_replaced(engine: LanguageToolEngine) -> None:
    engine.check("Warm.")
    [old] = servers()
    old.kill()
    old.wait(30)
    with pytest.raises(EngineDied):
        engine.check("Nobody hears this.")
    assert [lint.rule for lint in engine.check("This is an useful thing.")] == ["EN_A_VS_AN"]
    [new] = servers()
    assert new.pid != old.pid


@pytest.mark.java
def test_a_server_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languagetool, "_CHECK_S", 5)
    before = {process.pid for process in servers()}
    engine = LanguageToolEngine("en-US")
    try:
        engine.check("Warm.")
        [server] = [process for process in servers() if process.pid not in before]
        server.suspend()
        with pytest.raises(EngineDied, match="ended or hung"):
            engine.check("Nobody answers this.")
        assert [lint.rule for lint in engine.check("This is an useful thing.")] == ["EN_A_VS_AN"]
    finally:
        engine.close()
    assert {process.pid for process in servers()} == before


class Editor(PluginContext):
    def __init__(self) -> None:
        super().__init__()
        self.again = threading.Event()

    def refresh(self) -> None:
        self.again.set()


def codes(plugin: ProsePlugin, doc: Document, context: PluginContext, *, whole: bool = False) -> list[str]:
    answer = plugin.answer(CheckRequest(doc, whole), context)
    assert isinstance(answer, Findings)
    return [finding.code for finding in answer.items]


@pytest.mark.java
def test_a_server_that_dies_in_the_middle_harms_nobody(engine: LanguageToolEngine) -> None:
    before = {process.pid for process in servers()}
    plugin, editor = ProsePlugin(), Editor()
    try:
        doc = document("You see the the end. The function return a list.", "markdown")
        assert codes(plugin, doc, editor, whole=True) == ["RepeatedWords", "SHE_LIVE"]
        [server] = [process for process in servers() if process.pid not in before]
        server.kill()
        server.wait(30)
        changed = document("You see the the end now. The function return a list.", "markdown")
        assert codes(plugin, changed, editor) == ["RepeatedWords"]
        assert editor.again.wait(120)
        assert codes(plugin, changed, editor) == ["RepeatedWords", "SHE_LIVE"]
        assert editor.notices == []
    finally:
        plugin.close()
    assert {process.pid for process in servers()} == before


PLANTED = """\
The cache forgets its entries when the process restart.
Its important to note that the key is secret.
The linter will skips it.
We recieve a notification wich contains the diagnostics.
Please tell me if you have informations in this page.
It depends of the version.
The function return a list.
You can checkout the main branch.
"""


@pytest.mark.java
def test_planted_mistakes_that_harper_alone_misses(engine: LanguageToolEngine) -> None:
    plugin = ProsePlugin()
    try:
        doc = document(PLANTED.replace("\n", "\n\n"), "markdown")
        answer = plugin.answer(CheckRequest(doc, whole=True), PluginContext())
        assert isinstance(answer, Findings)
        assert [doc.slice(finding.span) for finding in answer.items] == [
            "restart", "Its", "skips", "recieve", "wich", "informations", "depends of", "return", "can checkout",
        ]  # fmt: skip
        assert {f.source for f in answer.items if f.code == "SpellCheck"} == {"harper+languagetool"}
    finally:
        plugin.close()


# --- without Java ---------------------------------------------------------------------------------------------------


def test_it_gives_up_after_three_failures(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A "Java" that ends at once."""
    jar = languagetool.folder() / "languagetool-server.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    monkeypatch.setattr(languagetool.shutil, "which", lambda name: sys.executable)
    engine = LanguageToolEngine("en-US")
    for _ in range(2):
        with pytest.raises(EngineDied, match="did not start"):
            engine.check("text")
    with pytest.raises(EngineUnavailable, match="3 times in a row"):
        engine.check("text")
    with pytest.raises(EngineUnavailable):
        engine.check("text")
    engine.close()


@pytest.mark.parametrize(
    ("jar", "java", "expected"),
    [
        (False, 17, "`breadknife setup languagetool`"),
        (True, None, "there is no Java"),
        (True, 11, "Java 11 is too old"),
        (True, 17, None),
    ],
)
def test_obstacle(
    home: Path, monkeypatch: pytest.MonkeyPatch, jar: bool, java: int | None, expected: str | None
) -> None:
    monkeypatch.setattr(languagetool, "java_version", lambda: java)
    if jar:
        languagetool.folder().mkdir(parents=True)
        (languagetool.folder() / "languagetool-server.jar").touch()
    found = obstacle()
    assert found is None if expected is None else expected in (found or "")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languagetool.importlib.util, "find_spec", lambda name: None)
    assert "breadknife[languagetool]" in (obstacle() or "")


def test_the_guarded_command_ends_with_us() -> None:
    child = [sys.executable, "-c", "import time; time.sleep(600)"]
    process = subprocess.Popen([sys.executable, "-I", guard.__file__, *child], stdin=subprocess.PIPE)
    watched = psutil.Process(process.pid)
    while not (children := watched.children()):
        assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)
    assert psutil.wait_procs(children, 30)[1] == []


def test_the_guard_ends_with_its_command() -> None:
    command = [sys.executable, "-c", "raise SystemExit(7)"]
    process = subprocess.Popen([sys.executable, "-I", guard.__file__, *command], stdin=subprocess.PIPE)
    assert process.wait(30) == 7


def test_setup_is_all_or_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def partial(temporary: Path, progress: object) -> Path:
        (temporary / "half.jar").touch()
        raise DownloadFailed("the line went dead")

    def complete(temporary: Path, progress: object) -> Path:
        folder = temporary / "LanguageTool"
        folder.mkdir()
        (folder / "languagetool-server.jar").touch()
        return folder

    monkeypatch.setattr(languagetool_setup, "_with_maven", partial)
    monkeypatch.setattr(languagetool_setup, "_with_library", partial)
    with pytest.raises(BreadknifeError, match="the line went dead; the line went dead"):
        languagetool_setup.install(said.append)
    parent = languagetool.folder().parent
    assert list(parent.iterdir()) == []
    languagetool.folder().mkdir()  # left over from a crash
    monkeypatch.setattr(languagetool_setup, "_with_library", complete)
    assert languagetool_setup.install(said.append) == languagetool.folder()
    assert list(parent.iterdir()) == [languagetool.folder()]
    monkeypatch.setattr(languagetool_setup, "_with_library", partial)
    assert languagetool_setup.install(said.append) == languagetool.folder()
    assert said[-1] == "LanguageTool 6.8 is already there"
