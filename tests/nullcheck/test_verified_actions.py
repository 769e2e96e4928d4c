"""What has looked at an action before it is made, as the menu and the log tell it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.plugins.nullcheck.menu.menu import LISTED
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.verify import ladder as ladder_module
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, CheckerChoice, InstalledChecker
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem, RunningChecker
from breadknife.task.values import Action, ActionRequest, Actions, Finding, ResolveRequest, Silence
from breadknife.text.document import Document, Span
from nullcheck.oracle.development import checker_for
from nullcheck.telling import Telling
from project.folders import known
from support import PluginContext

OWN = "parses · finding gone · non-null path unchanged"
STORE = """\
import re


def end(key: str):
    return re.match("a", key).end()
"""
GIVING = STORE.replace("return re.match", "found = re.match").replace(".end()", "\n    found.end()\n    return found")
"""What it gives changes with the edit."""
IN_LOOP = """\
import re


def end(keys: list[str]):
    for key in keys:
        found = re.match("a", key)
        print(found.end())
"""
USER = "from store import end\n\nprint(end('a').bit_length())\n"


@pytest.fixture
def plugin() -> Iterator[NullCheckPlugin]:
    made = NullCheckPlugin()
    yield made
    made.close()


TYPED_USER = 'import { end } from "./store";\n\nend("a").toFixed();\n'
STRICT = '{"compilerOptions": {"strict": true}}'
TYPED = "export function end(key: string): number {\n  return key.match(/a/).length;\n}\n"
TYPED_GIVING = TYPED.replace(": number", "")


def asked(tmp_path: Path, store: str = STORE, language: str = "python", **settings) -> tuple[Document, PluginContext]:
    files = {"store.py": store, "user.py": USER}
    if language == "typescript":
        files = {"store.ts": store, "user.ts": TYPED_USER, "tsconfig.json": STRICT}
    project = known(tmp_path, files)
    values = NullCheckSettings(oracle_seconds=60, **settings)
    document = Document((tmp_path / next(iter(files))).as_uri(), language, store)
    return document, PluginContext(root=tmp_path, project=project, values=values)


def menu(
    plugin: NullCheckPlugin, document: Document, context: PluginContext, findings: tuple[Finding, ...] = ()
) -> dict[str, Action]:
    answer = plugin.answer(ActionRequest(document, Span(0, len(document.text)), findings), context)
    assert isinstance(answer, Actions)
    return {str(action.data["strategy"]): action for action in answer.items if action.data}


@pytest.mark.parametrize(
    ("oracle", "store", "language", "badge"),
    [
        ("pyright", GIVING, "python", "file and 1 importer clean (pyright)"),
        ("pyright", STORE, "python", "file clean (pyright)"),
        ("tsc", TYPED_GIVING, "typescript", "file and 1 importer clean (tsc)"),
        ("tsc", TYPED, "typescript", "file and 1 importer clean (tsc)"),
        ("off", STORE, "python", "file clean"),
    ],
)
def test_the_badge_says_who_has_agreed(
    plugin: NullCheckPlugin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    oracle: CheckerChoice,
    store: str,
    language: str,
    badge: str,
) -> None:
    if oracle != "off":
        checker_for(oracle, tmp_path, monkeypatch)
    document, context = asked(tmp_path, store, language, oracle=oracle)
    action = menu(plugin, document, context)["raise"]
    answer = plugin.answer(ResolveRequest(document, action), context)
    assert isinstance(answer, Actions)
    assert [item.checked for item in answer.items] == [f"{OWN} · {badge}"]
    assert action.checked == "file clean"
    assert menu(plugin, document, context)["raise"].checked == badge


def test_no_file_is_called_clean_that_does_not_parse(plugin: NullCheckPlugin, tmp_path: Path) -> None:
    torn = "def f(x=None):\n    return x.y\n\n\ndef g(x):\n    return x ==\n"
    document, context = asked(tmp_path, torn, "python", oracle="off")
    action = menu(plugin, document, context)["raise"]
    answer = plugin.answer(ResolveRequest(document, action), context)
    assert isinstance(answer, Actions)
    assert action.checked == "the file does not parse"
    assert answer.items[0].checked == "finding gone · non-null path unchanged · the file does not parse"


SOCKET = """\
from net import Socket

class Connection:
    def __init__(self):
        self.sock = None
    def connect(self):
        self.sock = Socket()
    def send(self, data):
        self.sock.send(data)
        self.sock.flush()
"""


@pytest.mark.parametrize(
    ("objections", "written"),
    [
        ([], "self.sock: Socket = None  # "),
        ([": Socket ="], None),
    ],
)
def test_what_a_checker_objects_to_is_not_declared(
    plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objections: list[str], written: str | None
) -> None:
    class Objecting(InstalledChecker):
        def start(self, language: str, cancel) -> RunningChecker:
            return self

        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[CheckerProblem]:
            return [
                CheckerProblem(path, "c", "It isn't one.")
                for path in texts
                for said in objections
                if said in texts[path]
            ]

        def close(self) -> None:
            pass

    monkeypatch.setattr(ladder_module, "installed", lambda *_: Objecting(TOOLS[0], tmp_path / "pyright", tmp_path))
    document, context = asked(tmp_path, SOCKET)
    at = SOCKET.index("self.sock.send")
    said = '"send" is not a known attribute of "None"'
    finding = Finding(Span(at, at + len("self.sock")), "pyright", "reportOptionalMemberAccess", said)
    action = menu(plugin, document, context, (finding,))["field"]
    answer = plugin.answer(ResolveRequest(document, action), context)
    made = [document.edited(item.edits).text for item in answer.items] if isinstance(answer, Actions) else []
    assert [written in text for text in made if written] == [True] * (written is not None)
    assert isinstance(answer, Silence) == (written is None)


def test_a_menu_waits_for_no_checker(plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for, released = threading.Event(), threading.Event()

    class Hanging(InstalledChecker):
        def start(self, language: str, cancel) -> RunningChecker:
            return self

        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[CheckerProblem]:
            asked_for.set()
            released.wait(60)
            return []

        def close(self) -> None:
            released.set()

    monkeypatch.setattr(ladder_module, "installed", lambda *_: Hanging(TOOLS[0], tmp_path / "pyright", tmp_path))
    document, context = asked(tmp_path, IN_LOOP)
    first = menu(plugin, document, context)
    assert asked_for.wait(30)  # about the first offer
    assert menu(plugin, document, context) == first
    assert {action.checked for action in first.values()} == {"file clean"}
    assert 0 < sum(action.listed for action in first.values()) <= LISTED
    assert not any(action.preferred for action in first.values())
    assert not released.is_set()
    released.set()
    end = time.monotonic() + 30
    while not plugin.ladder.is_idle and time.monotonic() < end:
        time.sleep(0.01)
    assert [action.preferred for action in menu(plugin, document, context).values()].count(True) == 1


def test_an_edit_that_the_checker_objects_to_is_not_made(
    plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Objecting(InstalledChecker):
        def start(self, language: str, cancel) -> RunningChecker:
            return self

        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[CheckerProblem]:
            raising = (path for path, text in texts.items() if "raise ValueError" in text)
            return [CheckerProblem(path, "c", "It raises.\nIn detail.") for path in raising]

        def close(self) -> None:
            pass

    checker = Objecting(TOOLS[0], tmp_path / "pyright", tmp_path)
    monkeypatch.setattr(ladder_module, "installed", lambda *_: checker)
    document, context = asked(tmp_path)
    answer = plugin.answer(ResolveRequest(document, menu(plugin, document, context)["raise"]), context)
    assert isinstance(answer, Silence)
    assert answer.reason == "checker-objects"
    assert answer.sentence == "with this fix, pyright would report in store.py: It raises."
    assert [f"{step.name}: {step.verdict}" for step in context.steps][-1] == "pyright: vetoed"
    assert "raise" not in menu(plugin, document, context)
    assert context.project is not None
    context.project.files_changed([tmp_path / "user.py"])  # of which it may not be so any more
    assert "raise" in menu(plugin, document, context)


def test_a_checker_looks_at_the_template_while_the_model_writes(
    plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of a message are the same to a checker."""
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    monkeypatch.setattr(ladder_module, "installed", lambda *_: checker)
    text = 'def f(x: str | None):\n    return x.strip()\n\n\ndef g(x):\n    return x or "unknown"\n'
    document, context = asked(tmp_path, text)
    context = replace(context, engine=ScriptedEngine([Line("", "x is not set\n")]))
    action = menu(plugin, document, context)["raise"]
    answer = plugin.answer(ResolveRequest(document, action), context)
    assert isinstance(answer, Actions)
    assert "x is not set" in document.edited(answer.items[0].edits).text
    [started] = checker.started
    texts = [text for each in started.asked for text in each]
    assert not any("x is not set" in text for text in texts)
    assert any('raise ValueError("x is None")' in text for text in texts)
