"""Where LanguageTool can't run, Harper's findings come as ever, with one clear notice. Where it gives no answer,
lint fails. No JVM is needed for that."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import trustme

from breadknife.errors import EngineDied
from breadknife.plugins.prose.engines import languagetool_client
from breadknife.plugins.prose.engines.jvm import installed as installation
from breadknife.plugins.prose.engines.jvm import jars
from breadknife.plugins.prose.engines.jvm.server import free_port
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Findings
from prose.conftest import Squatter, kill_server
from prose.languagetool_api import LanguageToolApi, match, serving
from support import PluginContext, document

TESTS = Path(__file__).parents[1]
TEXT = "You see the the end."
PREFIX = "Prose is checked by Harper alone"
NO_JAVA = ""
OLD_JAVA = "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2"
BROKEN_JAVA = "exit 1"
DYING_JAVA = "case $1 in -version) echo 'openjdk version \"21.0.1\"' >&2;; *) exit 1;; esac"
"""Whatever it is given to run."""
HANDSHAKE = b"<\x16\x03"
"""How TLS begins."""


@pytest.fixture
def installed(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A LanguageTool of one empty jar, and the lock of it."""
    (installation.folder() / "libs").mkdir(parents=True)
    (installation.folder() / installation.SERVER_JAR).touch()
    (installation.folder() / "libs" / installation.SERVER_JAR).touch()
    (tmp_path / "lock").write_text(f"org:languagetool-server:1 {hashlib.sha256().hexdigest()} 0\n")
    monkeypatch.setattr(jars, "LOCK", tmp_path / "lock")


def put_on_path(folder: Path, java: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    if java:
        (folder / "java").write_text(f"#!/bin/sh\n{java}\n")
        (folder / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.skipif(os.name == "nt", reason="the Java that is put on the path is a shell script")
@pytest.mark.parametrize(
    ("java", "expected"),
    [
        (NO_JAVA, f"{PREFIX}: LanguageTool can't run: there is no Java (install version 17 or newer)."),
        (OLD_JAVA, f"{PREFIX}: LanguageTool can't run: Java 11 is too old (install version 17 or newer)."),
        (BROKEN_JAVA, f"{PREFIX}: LanguageTool can't run: there is no Java (install version 17 or newer)."),
        (DYING_JAVA, "LanguageTool did not start, 3 times in a row: "),
    ],
    ids=["none", "old", "broken", "dying"],
)
@pytest.mark.parametrize("whole", [True, False], ids=["lint", "editor"])
def test_one_paragraph_and_one_notice(
    installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, java: str, expected: str, whole: bool
) -> None:
    put_on_path(tmp_path / "bin", java, monkeypatch)
    plugin, editor = ProsePlugin(), Editor()
    try:
        assert codes(plugin, editor, whole=whole) == ["RepeatedWords"]
        if not whole:
            assert editor.again.wait(30)
            assert codes(plugin, editor) == ["RepeatedWords"]
        [notice] = {*editor.notices}
        silent = "LanguageTool did not answer" if whole else PREFIX
        assert notice.startswith(f"{silent}: {expected}" if java == DYING_JAVA else expected)
        assert "\n" not in notice
    finally:
        plugin.close()


@pytest.mark.parametrize("whole", [True, False], ids=["lint", "editor"])
def test_one_that_nobody_has_set_up(home: Path, whole: bool) -> None:
    plugin, editor = ProsePlugin(), Editor()
    try:
        assert codes(plugin, editor, whole=whole) == ["RepeatedWords"]
        said = f"{PREFIX}: LanguageTool can't run: it is not installed (`breadknife setup languagetool`)."
        assert editor.notices == ([said] if whole else [])
    finally:
        plugin.close()


@pytest.fixture
def server(installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Java's place: see `fake_java.py`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    fake = f'PYTHONPATH={TESTS} exec {sys.executable} -P -m prose.fake_java {tmp_path} "$@"'
    put_on_path(tmp_path / "bin", fake, monkeypatch)
    monkeypatch.setattr(languagetool_client, "CHECK_S", 1.0)
    monkeypatch.setattr(languagetool_client, "CONNECT_S", 1.0)


HANGING = [
    ("one paragraph", f"{TEXT} And hang.", ["RepeatedWords"],
     "LanguageTool could not check all of file:///project/example: it crashes or hangs there."),
    ("all of them", f"{TEXT} And hang.\n\nYou hang.", ["RepeatedWords"],
     "{}: LanguageTool ended or hung while it checked a paragraph, 3 times in a row: "),
    ("one beside others", f"{TEXT} And hang.\n\nYou are fine.", ["RepeatedWords", "DESPITE_OF"],
     "LanguageTool could not check all of file:///project/example: it crashes or hangs there."),
]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="the Java that is put on the path is a shell script")
@pytest.mark.parametrize(
    ("text", "expected", "notice"), [each[1:] for each in HANGING], ids=[each[0] for each in HANGING]
)
@pytest.mark.parametrize("whole", [True, False], ids=["lint", "editor"])
def test_a_server_that_hangs_in_the_middle(
    server: None, text: str, expected: list[str], notice: str, whole: bool
) -> None:
    plugin, editor = ProsePlugin(), Editor()
    try:
        if not whole:
            assert codes(plugin, editor, text=text) == ["RepeatedWords"]
            while not editor.notices:
                assert editor.again.wait(60)
                editor.again.clear()
                assert "RepeatedWords" in codes(plugin, editor, text=text)
        assert codes(plugin, editor, text=text, whole=whole) == expected
        [said] = {*editor.notices}
        assert said.startswith(notice.format("LanguageTool did not answer" if whole else PREFIX))
    finally:
        plugin.close()


SECRET = "You keep a secret."


@pytest.mark.skipif(os.name == "nt", reason="the Java that is put on the path is a shell script")
@pytest.mark.parametrize("how", ["silent", "http", "tls"])
def test_who_sits_at_its_port_already_hears_nothing(
    server: None, ports: list[int], squat: Callable[[int, str], Squatter], how: str
) -> None:
    """The server starts elsewhere, and nobody needs to be told."""
    ports.append(free_port())
    other = squat(ports[0], how)
    assert other.listens
    plugin, editor = ProsePlugin(), Editor()
    try:
        assert codes(plugin, editor, text=SECRET, whole=True) == ["DESPITE_OF"]
        assert (ports, editor.notices) == ([], [])
    finally:
        plugin.close()
    assert other.heard, "somebody was there"
    assert b"secret" not in other.heard


@pytest.mark.skipif(os.name == "nt", reason="the Java that is put on the path is a shell script")
@pytest.mark.parametrize("how", ["silent", "http", "tls"])
def test_who_takes_its_port_when_it_has_died_hears_nothing(
    server: None, ports: list[int], squat: Callable[[int, str], Squatter], how: str
) -> None:
    ports.append(port := free_port())
    engine = LanguageToolEngine("en-US")
    try:
        assert [lint.rule for lint in engine.check("Warm.")] == ["DESPITE_OF"]
        assert not squat(port, how).listens, "while the server listens nobody else can"
        kill_server()
        other = squat(port, how)
        assert other.listens
        with pytest.raises(EngineDied):
            engine.check(SECRET)
        assert [lint.rule for lint in engine.check(SECRET)] == ["DESPITE_OF"]
    finally:
        engine.close()
    assert other.heard.startswith(HANDSHAKE)
    assert b"secret" not in other.heard


class Editor(PluginContext):
    def __init__(self) -> None:
        super().__init__(values=ProseSettings(model=False))
        self.again = threading.Event()

    def refresh(self) -> None:
        self.again.set()


def codes(plugin: ProsePlugin, editor: PluginContext, *, text: str = TEXT, whole: bool = False) -> list[str]:
    """What is found; of which engines gave no answer the editor's notices tell, too."""
    answer = plugin.answer(CheckRequest(document(text, "markdown"), whole), editor)
    assert isinstance(answer, Findings)
    editor.notices += answer.unanswered
    return [finding.code for finding in answer.items]


# --- a server that the user runs, and --offline ---------------------------------------------------------------------


class _Server(LanguageToolApi):
    def matches(self, body: bytes) -> Sequence[Mapping[str, Any]]:
        return [match("DESPITE_OF", 0, 3, "We")]


def lint_offline(home: Path, folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[prose]\nmodel = false\nlanguagetool_url = "{url}"\n')
    (folder / "a.md").write_text(TEXT + "\n")
    return subprocess.run(
        [sys.executable, "-m", "breadknife", "lint", "--offline", "a.md"],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_offline_a_server_on_this_machine_is_asked(home: Path, tmp_path: Path) -> None:
    with serving(_Server) as url:
        result = lint_offline(home, tmp_path, url)
    assert "DESPITE_OF" in result.stdout, result.stderr
    assert "RepeatedWords" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("url", ["http://192.0.2.1:8081/v2/", "http://languagetool.invalid/v2/"])
def test_offline_a_server_elsewhere_is_not(home: Path, tmp_path: Path, url: str) -> None:
    result = lint_offline(home, tmp_path, url)
    assert "RepeatedWords" in result.stdout, result.stderr
    notice = f"{PREFIX}: offline, the LanguageTool at {url.removesuffix('v2/')} is not asked."
    assert result.stderr == f"breadknife: {notice}\n"
