"""The real LanguageTool: started, killed, restarted, ended."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psutil
import pytest

from breadknife.errors import EngineDied, EngineUnavailable
from breadknife.plugins.prose.engines import guard, languagetool
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine, obstacle
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.plugin import Context
from breadknife.task.values import Answer, CheckRequest, Findings, Request
from breadknife.text.document import Document
from prose import typing
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


@pytest.mark.java
def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else listens where the server was to: it starts again, elsewhere, and they hear no prose."""
    monkeypatch.setattr(languagetool, "_CHECK_S", 5)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [languagetool.free_port(), taken.getsockname()[1]]
        monkeypatch.setattr(languagetool, "free_port", ports.pop)

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = taken.accept()
                    heard.append(connection.recv(1 << 16))
                    connection.close()

        threading.Thread(target=answer, daemon=True).start()
        engine = LanguageToolEngine("en-US")
        try:
            assert [lint.rule for lint in engine.check("This is an useful secret.")] == ["EN_A_VS_AN"]
            assert ports == []
        finally:
            engine.close()
    assert not any(b"secret" in each for each in heard)


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
def test_a_server_that_the_user_runs(engine: LanguageToolEngine) -> None:
    engine.check("Warm.")
    [server] = servers()
    url = f"http://127.0.0.1:{server.cmdline()[server.cmdline().index('--port') + 1]}/v2"
    other = LanguageToolEngine("en-US", url)
    assert [lint.rule for lint in other.check("This is an useful thing.")] == ["EN_A_VS_AN"]
    other.close()
    assert servers() == [server]


def test_a_server_of_the_user_s_that_is_not_there(home: Path) -> None:
    context = PluginContext(values=ProseSettings(model=False, languagetool_url="http://127.0.0.1:9/v2/"))
    plugin = ProsePlugin()
    try:
        assert codes(plugin, document("You see the the end.", "markdown"), context, whole=True) == ["RepeatedWords"]
        assert context.notices == [
            "Prose is checked by Harper alone: the LanguageTool at http://127.0.0.1:9/ does not answer."
        ]
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


STRANGE = {
    "astral": "😀𝒷𝓁 𝓀𝓁 😀. The function return a list. You see the the end.",
    "right to left": "שלום. The function return a list. You see the the end. אבגד\u202e",
    "NUL": "A\0b. The function return a list. You\0 see the the end.",
    "markup": "<b The `function [return a list, you see the the end ** of it.\n\n> <div>\n\nThe function return it.",
}


@pytest.mark.java
@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_text_is_checked_by_everybody(engine: LanguageToolEngine, text: str) -> None:
    plugin, editor = shared_plugin(engine), Editor()
    doc = document(text, "markdown")
    answer = plugin.answer(CheckRequest(doc, whole=True), editor)
    assert isinstance(answer, Findings)
    found = {doc.slice(each.span).replace("\0", "") for each in answer.items}
    assert "the the" in found
    assert "return" in found or "<b" in text
    assert editor.notices == []


@pytest.mark.java
def test_a_paragraph_of_a_megabyte_beside_others(engine: LanguageToolEngine) -> None:
    plugin, editor = shared_plugin(engine), Editor()
    doc = document(f"{'word ' * 200_000}\n\nThe function return a list, you see the the end.\n", "markdown")
    answer = plugin.answer(CheckRequest(doc, whole=True), editor)
    assert isinstance(answer, Findings)
    assert {doc.slice(each.span) for each in answer.items} == {"return", "the the"}
    assert len(editor.notices) == 1
    assert "20,000 characters" in editor.notices[0]


ENGLISH = "The function return a list, and it is the one that you see here.\n\n"
GERMAN = "Ich habe ein Katze, und sie ist nicht auf der Straße, wenn es regnet.\n\n"
FRENCH = "Les fichier sont dans le dossier, et vous pouvez les lire avec une commande.\n\n"
SPANISH = "Las archivo están en la carpeta, y no es necesario que los abra para usar el programa.\n\n"


LANGUAGES = {
    "detected": (ENGLISH + GERMAN + FRENCH + SPANISH, ["return", "ein Katze", "Les fichier", "Las archivo"]),
    # Too short to tell by their words:
    "French declared": ("---\nlang: fr\n---\n\nLes fichier.\n", ["Les fichier"]),
    "Spanish declared": ("---\nlang: es\n---\n\nLas archivo están allí.\n", ["Las archivo"]),
    "German declared": ("---\nlang: de\n---\n\nEin Katze.\n", ["Ein Katze"]),
    "a part declared": (ENGLISH + "<p lang=fr>Les fichier.</p>\n", ["return", "Les fichier"]),
}


@pytest.mark.java
def test_the_language_of_documents_and_paragraphs() -> None:
    plugin, editor = ProsePlugin(), Editor()
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
def test_what_it_found_stays_while_the_text_around_is_typed(engine: LanguageToolEngine) -> None:
    plugin, editor = shared_plugin(engine), typing.Editor()
    doc = document("The function return a list, and so you see it.\n\nThe other one is here.\n", "markdown")
    type_around(plugin, editor, doc, "return", doc.text.index(", and"), Random(4))


def shared_plugin(engine: LanguageToolEngine) -> ProsePlugin:
    """A plugin on the module's server, for a JVM takes 5 s and more."""
    engine.check("Warm.")
    port = next(each.cmdline()[each.cmdline().index("--port") + 1] for each in servers())
    plugin, ask = ProsePlugin(), ProsePlugin.answer
    settings = ProseSettings(model=False, languagetool_url=f"http://127.0.0.1:{port}/v2/")

    def answer(request: Request, context: Context, /) -> Answer | None:
        assert isinstance(context, PluginContext)
        context.values = settings
        return ask(plugin, request, context)

    plugin.answer = answer  # type: ignore[method-assign]
    return plugin


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
        answer = plugin.answer(CheckRequest(doc, whole=True), Editor())
        assert isinstance(answer, Findings)
        assert [doc.slice(finding.span) for finding in answer.items] == [
            "restart", "Its", "skips", "recieve", "wich", "informations", "depends of", "return", "can checkout",
        ]  # fmt: skip
        assert {f.source for f in answer.items if f.code == "SpellCheck"} == {"harper"}
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
    with pytest.raises(EngineUnavailable, match="did not start, 3 times in a row"):
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
    assert obstacle() == "it is not installed (`breadknife setup languagetool`)"


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
