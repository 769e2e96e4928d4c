"""The real LanguageTool: started, killed, restarted, ended."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil
import pytest

from breadknife.errors import EngineDied
from breadknife.plugins.prose.engines import languagetool, languagetool_client
from breadknife.plugins.prose.engines.jvm import guard, heap
from breadknife.plugins.prose.engines.jvm.installed import obstacle, server_jar
from breadknife.plugins.prose.engines.jvm.server import free_port
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Findings
from breadknife.text.document import Document
from prose import typing
from prose.conftest import Squatter, command_of, kill_server
from prose.typing import type_around
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
        if "org.languagetool.server.HTTPSServer" in command_of(child) and guard.__file__ not in command_of(child)
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
def test_a_server_that_hangs_is_replaced(engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.check("Warm.")
    [hanging] = servers()
    hanging.suspend()
    with monkeypatch.context() as impatient:
        impatient.setattr(languagetool_client, "CHECK_S", 5.0)
        with pytest.raises(EngineDied, match="ended or hung"):
            engine.check("Nobody answers this.")
    assert [lint.rule for lint in engine.check("This is an useful thing.")] == ["EN_A_VS_AN"]
    [new] = servers()
    assert new.pid != hanging.pid


@pytest.mark.java
def test_another_user_at_its_port_hears_no_prose(
    ports: list[int], squat: Callable[[int, str], Squatter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the server starts, while it runs, and after it has died; see also `test_without_languagetool.py`."""
    monkeypatch.setattr(languagetool_client, "CONNECT_S", 2.0)
    ports += [second := free_port(), first := free_port()]
    others = [squat(first, "tls")]
    assert others[0].listens
    engine = LanguageToolEngine("en-US")
    try:
        assert [lint.rule for lint in engine.check("This is an useful secret.")] == ["EN_A_VS_AN"]
        assert ports == []
        others.append(squat(second, "tls"))
        assert not others[1].listens
        kill_server()
        others.append(squat(second, "tls"))
        assert others[2].listens
        with pytest.raises(EngineDied):
            engine.check("Nobody hears this secret.")
    finally:
        engine.close()
    assert [bool(each.heard) for each in others[::2]] == [True, True]
    assert not any(b"secret" in each.heard for each in others)


@pytest.mark.java
def test_its_priority_is_ours(engine: LanguageToolEngine) -> None:
    """Who has lowered their own may not raise it again, and a user waits for what it says."""
    engine.check("Warm.")
    assert {each.nice() for each in servers()} == {psutil.Process().nice()}


@pytest.mark.java
def test_when_a_language_does_not_fit_the_server_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_FULL", 340 / heap.limit_mb())
    others = {process.pid for process in servers()}
    engine = LanguageToolEngine("en-US")

    def pids() -> set[int]:
        return {process.pid for process in servers()} - others

    try:
        engine.check("Warm.")
        first = pids()
        engine.check("Todo está bien.", "es")
        engine.check("Всё хорошо.", "ru")
        assert pids() == first
        engine.check("Tout va bien.", "fr")
        assert not pids() & first
    finally:
        engine.close()


@pytest.mark.java
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Das Haus sind groß und ich habe ein Katze.", "ein Katze"),
        ("de-AT", "Ich habe ein Katze.", "ein Katze"),
        ("fr", "Les fichier sont dans le dossier.", "Les fichier"),
        ("es", "Las archivo están en la carpeta.", "Las archivo"),
    ],
)
def test_other_languages(engine: LanguageToolEngine, language: str, text: str, expected: str) -> None:
    found = [text[lint.span.start : lint.span.end] for lint in engine.check(text, language)]
    assert expected in found


@pytest.mark.java
def test_a_server_that_the_user_runs() -> None:
    java, port = shutil.which("java"), str(free_port())
    assert java is not None
    command = [java, "-cp", str(server_jar()), "org.languagetool.server.HTTPServer", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as theirs:
        assert theirs.stdout is not None
        try:
            assert any("Server started" in line for line in theirs.stdout)
            engine = LanguageToolEngine("en-US", f"http://127.0.0.1:{port}/v2")
            assert [lint.rule for lint in engine.check("This is an useful thing.")] == ["EN_A_VS_AN"]
            engine.close()
            assert theirs.poll() is None
        finally:
            theirs.kill()


def test_a_server_of_the_user_s_that_is_not_there(home: Path) -> None:
    context = PluginContext(values=ProseSettings(model=False, languagetool_url="http://127.0.0.1:9/v2/"))
    plugin = ProsePlugin()
    try:
        answer = plugin.answer(CheckRequest(document("You see the the end.", "markdown"), whole=True), context)
        assert isinstance(answer, Findings)
        assert [found.code for found in answer.items] == ["RepeatedWords"]
        assert answer.unanswered == (
            "LanguageTool did not answer: the LanguageTool at http://127.0.0.1:9/ does not answer.",
        )
    finally:
        plugin.close()


class Editor(PluginContext):
    """Without the small model, which has a say in what LanguageTool finds."""

    def __init__(self) -> None:
        super().__init__(values=ProseSettings(model=False))
        self.again = threading.Event()

    def refresh(self) -> None:
        self.again.set()


def codes(plugin: ProsePlugin, doc: Document, context: PluginContext, *, whole: bool = False) -> list[str]:
    answer = plugin.answer(CheckRequest(doc, whole), context)
    assert isinstance(answer, Findings)
    return [finding.code for finding in answer.items]


@pytest.mark.java
def test_a_server_that_dies_in_the_middle_harms_nobody(
    engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin, editor = shared_plugin(engine, monkeypatch), Editor()
    try:
        doc = document("You see the the end. The linter will skips a list.", "markdown")
        assert codes(plugin, doc, editor, whole=True) == ["RepeatedWords", "MD_BASEFORM"]
        [server] = servers()
        server.kill()
        server.wait(30)
        changed = document("You see the the end now. The linter will skips a list.", "markdown")
        assert codes(plugin, changed, editor) == ["RepeatedWords"]
        assert editor.again.wait(120)
        assert codes(plugin, changed, editor) == ["RepeatedWords", "MD_BASEFORM"]
        assert editor.notices == []
    finally:
        plugin.close()


STRANGE = {
    "astral": "😀𝒷𝓁 𝓀𝓁 😀. The linter will skips a list. You see the the end.",
    "right to left": "שלום. The linter will skips a list. You see the the end. אבגד\u202e",
    "NUL": "A\0b. The linter will skips a list. You\0 see the the end.",
    "markup": "<b The `function [skips a list, you see the the end ** of it.\n\n> <div>\n\nThe linter will skips it.",
}


@pytest.mark.java
@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_text_is_checked_by_everybody(
    engine: LanguageToolEngine, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin, editor = shared_plugin(engine, monkeypatch), Editor()
    doc = document(text, "markdown")
    answer = plugin.answer(CheckRequest(doc, whole=True), editor)
    assert isinstance(answer, Findings)
    found = {doc.slice(each.span).replace("\0", "") for each in answer.items}
    assert "the the" in found
    assert "skips" in found or "<b" in text
    assert editor.notices == []


@pytest.mark.java
def test_a_paragraph_of_a_megabyte_beside_others(engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin, editor = shared_plugin(engine, monkeypatch), Editor()
    doc = document(f"{'word ' * 200_000}\n\nThe linter will skips a list, you see the the end.\n", "markdown")
    answer = plugin.answer(CheckRequest(doc, whole=True), editor)
    assert isinstance(answer, Findings)
    assert {doc.slice(each.span) for each in answer.items} == {"skips", "the the"}
    assert len(editor.notices) == 1
    assert "20,000 characters" in editor.notices[0]


ENGLISH = "The linter will skips a list, and it is the one that you see here.\n\n"
GERMAN = "Ich habe ein Katze, und sie ist nicht auf der Straße, wenn es regnet.\n\n"
FRENCH = "Les fichier sont dans le dossier, et vous pouvez les lire avec une commande.\n\n"
SPANISH = "Las archivo están en la carpeta, y no es necesario que los abra para usar el programa.\n\n"


LANGUAGES = {
    "detected": (ENGLISH + GERMAN + FRENCH + SPANISH, ["skips", "ein Katze", "Les fichier", "Las archivo"]),
    # Too short to tell by their words:
    "French declared": ("---\nlang: fr\n---\n\nLes fichier.\n", ["Les fichier"]),
    "Spanish declared": ("---\nlang: es\n---\n\nLas archivo están allí.\n", ["Las archivo"]),
    "German declared": ("---\nlang: de\n---\n\nEin Katze.\n", ["Ein Katze"]),
    "a part declared": (ENGLISH + "<p lang=fr>Les fichier.</p>\n", ["skips", "Les fichier"]),
}


@pytest.mark.java
def test_the_language_of_documents_and_paragraphs(engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin, editor = shared_plugin(engine, monkeypatch), Editor()
    try:
        for name, (text, expected) in LANGUAGES.items():
            doc = document(text, "markdown")
            answer = plugin.answer(CheckRequest(doc, whole=True), editor)
            assert isinstance(answer, Findings)
            found = [doc.slice(each.span) for each in sorted(answer.items, key=lambda each: each.span)]
            assert found == expected, name
            assert {each.source for each in answer.items} == {"languagetool"}
        assert editor.notices == []
    finally:
        plugin.close()


@pytest.mark.java
def test_what_it_found_stays_while_the_text_around_is_typed(
    engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = shared_plugin(engine, monkeypatch)
    editor = typing.Editor(values=ProseSettings(model=False))
    doc = document("The linter will skips a list, and so you see it.\n\nThe other one is here.\n", "markdown")
    type_around(plugin, editor, doc, "skips", doc.text.index(", and"), Random(4))


def shared_plugin(engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch) -> ProsePlugin:
    """A plugin on the module's server, for a JVM takes 5 s and more."""
    monkeypatch.setattr(languagetool, "LanguageToolEngine", lambda dialect, url: Shared(engine))
    return ProsePlugin()


@dataclass(frozen=True)
class Shared:
    engine: LanguageToolEngine

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        return self.engine.check(text, language)

    def close(self) -> None: ...


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
def test_planted_mistakes_that_harper_alone_misses(engine: LanguageToolEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = shared_plugin(engine, monkeypatch)
    try:
        doc = document(PLANTED.replace("\n", "\n\n"), "markdown")
        answer = plugin.answer(CheckRequest(doc, whole=True), Editor())
        assert isinstance(answer, Findings)
        assert [doc.slice(finding.span) for finding in answer.items] == [
            "Its", "skips", "recieve", "wich", "informations",
        ]  # fmt: skip
        assert {f.source for f in answer.items if f.code == "SpellCheck"} == {"harper"}
    finally:
        plugin.close()


# --- without Java ---------------------------------------------------------------------------------------------------


def test_the_guarded_command_ends_with_us(tmp_path: Path) -> None:
    child = [sys.executable, "-c", "import time; time.sleep(600)"]
    process = subprocess.Popen([sys.executable, "-I", guard.__file__, str(tmp_path), *child], stdin=subprocess.PIPE)
    watched = psutil.Process(process.pid)
    while not (children := watched.children()):
        assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)
    assert psutil.wait_procs(children, 30)[1] == []
    assert not tmp_path.exists()


def test_the_guard_ends_with_its_command(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    command = [sys.executable, "-c", "import os; raise SystemExit(7 * os.path.exists('key'))"]
    process = subprocess.Popen([sys.executable, "-I", guard.__file__, str(tmp_path), *command], stdin=subprocess.PIPE)
    assert process.wait(30) == 7
    assert not tmp_path.exists()
