"""How far an edit comes before it is made, with checkers that say what they are told to, and the real ones."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest

from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import Cancelled
from breadknife.plugins.nullcheck import ladder as ladder_module
from breadknife.plugins.nullcheck.ladder import Climb, Edited, Ladder, Rung
from breadknife.plugins.nullcheck.oracle.oracle import FRESH_SECONDS
from breadknife.plugins.nullcheck.oracle.tools import TOOLS, Choice, Installed
from breadknife.plugins.nullcheck.oracle.values import Checker, Problem
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin, NullCheckSettings
from breadknife.task.values import Action, ActionRequest, Actions, DocumentEdits, Finding, ResolveRequest, Silence
from breadknife.text.document import Document, Span, TextEdit
from nullcheck.oracle.development import checker_for
from project.folders import known
from support import PluginContext


class Says:
    """A checker that finds each line of a text that begins with `!`, and dies or hangs where it is told to."""

    def __init__(self, root: Path, installed: Installed) -> None:
        self.root = root
        self.installed = installed
        self.asked = list[tuple[str, ...]]()
        self.beside: Mapping[Path, str] = {}

    def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[Problem]:
        self.asked.append(tuple(f"{path.name}: {text.strip()}" for path, text in sorted(texts.items())))
        self.beside = beside
        while any("hang" in text for text in texts.values()):
            cancel.raise_if_cancelled()
        return sorted(
            Problem(path, "c", line[1:])
            for path, text in texts.items()
            for line in text.splitlines()
            if line[:1] == "!"
        )

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Telling(Installed):
    started: list[Says] = field(default_factory=list)

    def start(self, language: str, cancel) -> Checker:
        self.started.append(Says(self.root, self))
        return self.started[-1]


@pytest.fixture
def ladder() -> Iterator[Ladder]:
    made = Ladder(clock=lambda: 0.0)
    yield made
    made.close()


def climbed(
    ladder: Ladder,
    root: Path,
    files: Mapping[str, str],
    new: str,
    *about: Finding,
    seconds: float = 9,
    checker: Telling | None = None,
) -> Climb:
    """`a.py` becomes `new`."""
    project = known(root, files)
    path = root / "a.py"
    edited = Edited(Document(path.as_uri(), "python", files["a.py"]), (TextEdit(Span(0, len(files["a.py"])), new),))
    checker = checker or Telling(TOOLS[0], root / "pyright", root)
    return ladder.climb(edited, about, checker, seconds, PluginContext(root=root, project=project))


OWN = "parses · finding gone · non-null path unchanged"


@pytest.mark.parametrize(
    ("files", "new", "broken", "badge"),
    [
        ({"a.py": "!x\n"}, "ok\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!x\n"}, "!x\n!y\n", Rung.FILE, ""),
        ({"a.py": "!x is `int | None`\n"}, "!x is `int`\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!`Unknown | A` isn't `B`\n"}, "!`Any | A` isn't `B`\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!`list[Unknown]`\n"}, "!`list[Any] | list[Unknown]`\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!x is `int`\n"}, "!x is `str`\n", Rung.FILE, ""),
        ({"a.py": "!x\n", "b.py": "import a\n!y\n"}, "ok\n", None, f"{OWN} · file and 1 importer clean (pyright)"),
        ({"a.py": "ok\n", "b.py": "import a\na.ok\n", "c.py": "import b\nb.ok\n"}, "ok", None,
         f"{OWN} · file and 1 importer clean (pyright)"),
        ({"a.py": "ok\n"} | {f"b{n}.py": "import a\na.ok\n" for n in range(25)}, "ok", None,
         f"{OWN} · file and 20 of 25 importers clean (pyright)"),
        ({"a.py": "ok\n", "b.py": "import a\na.no\n"}, "ok", None,
         f"{OWN} · file clean (pyright), unseen by importers"),
        ({"a.py": "ok\n", "b.py": "no\n"}, "ok", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "ok\n"}, "hang\n", None, f"{OWN} · file clean · pyright took longer than 0.2 s"),
    ],
)  # fmt: skip
def test_what_a_checker_says(
    ladder: Ladder, tmp_path: Path, files: Mapping[str, str], new: str, broken: Rung | None, badge: str
) -> None:
    climb = climbed(ladder, tmp_path, files, new, seconds=0.2 if "hang" in new else 9)
    assert climb.broken is broken
    assert broken or climb.badge == badge


@pytest.mark.parametrize(
    ("files", "texts", "asked"),
    [
        # where nothing is wrong with an edit, nobody needs to know what was wrong before
        ({"a.py": "!x\n"}, ["ok\n", "fine\n"], [("a.py: ok",), ("a.py: fine",)]),
        ({"a.py": "!x\n"}, ["!x\n1\n", "!x\n2\n"], [("a.py: !x\n1",), ("a.py: !x",), ("a.py: !x\n2",)]),
        ({"a.py": "x = 1\n", "b.py": "import a\nx\n!x\n", "c.py": "import a\nx\n"}, ["x = 2\n", "x = 3\n"],
         [("a.py: x = 2", "b.py: import a\nx\n!x", "c.py: import a\nx"), ("a.py: x = 1", "b.py: import a\nx\n!x"),
          ("a.py: x = 3", "b.py: import a\nx\n!x", "c.py: import a\nx")]),
    ],
)  # fmt: skip
def test_what_was_wrong_before_is_asked_once_and_only_of_files_with_which_something_is_wrong(
    ladder: Ladder, tmp_path: Path, files: Mapping[str, str], texts: list[str], asked: list[tuple[str, ...]]
) -> None:
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    for text in texts:
        assert climbed(ladder, tmp_path, files, text, checker=checker).broken is None
    [started] = checker.started
    assert started.asked == asked


@pytest.mark.parametrize(
    ("steps", "asked"),
    [
        # what was found out of an edit is what is wrong before the next one, when it was made
        (["x = 1\n", "x = 2\n", "x = 3\n"], ["x = 2 b c", "x = 1 b", "x = 3 b c"]),
        # not of one that an objection has stopped
        (["x = 1\n", "!x\n", "x = 3\n"], ["!x b c", "x = 1 b", "x = 3 b c", "!x b"]),
    ],
)
def test_one_edit_after_the_other(ladder: Ladder, tmp_path: Path, steps: list[str], asked: list[str]) -> None:
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    importing = {"b": "import a\nx\n!x", "c": "import a\nx"}
    for before, after in pairwise(steps):
        files = {"a.py": before} | {f"{name}.py": f"{text}\n" for name, text in importing.items()}
        climbed(ladder, tmp_path, files, after, checker=checker)
    [started] = checker.started
    assert started.asked == [
        (f"a.py: {text.partition(' b')[0]}", *(f"{name}.py: {importing[name]}" for name in "bc" if name in text))
        for text in asked
    ]


@pytest.mark.parametrize(
    ("language", "unsaved", "beside"), [("python", "x = 2", "x = 2"), ("python", "x = 1", ""), ("text", "x = 2", "")]
)
def test_what_is_not_saved_of_other_files_counts(
    ladder: Ladder, tmp_path: Path, language: str, unsaved: str, beside: str
) -> None:
    project = known(tmp_path, {"a.py": "x = 1", "other.py": "x = 1"})
    project.changed(Document((tmp_path / "other.py").as_uri(), language, unsaved))
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    edited = Edited(Document((tmp_path / "a.py").as_uri(), "python", "x = 1"), (TextEdit(Span(4, 5), "3"),))
    ladder.climb(edited, (), checker, 9, PluginContext(root=tmp_path, project=project))
    [started] = checker.started
    assert started.asked == [("a.py: x = 3",)]
    assert [f"{path.name}: {text}" for path, text in started.beside.items()] == [f"other.py: {beside}"] * bool(beside)


@pytest.mark.parametrize(
    ("finding", "broken"),
    [
        (Finding(Span(0, 1), "Pyright", "c", "x"), Rung.GONE),
        (Finding(Span(0, 1), "mypy", "c", "x"), None),  # another checker's: nothing is known of it
        (Finding(Span(0, 1), "Pyright", "c", "y"), None),  # the checker doesn't see it either
    ],
)
def test_the_finding_must_be_gone_for_the_checker_that_has_found_it(
    ladder: Ladder, tmp_path: Path, finding: Finding, broken: Rung | None
) -> None:
    assert climbed(ladder, tmp_path, {"a.py": "!x\n"}, "!x\nmore\n", finding).broken is broken


@pytest.mark.parametrize(
    ("sources", "new", "badge"),
    [
        (["nullcheck"], "ok\n", "parses · finding gone ·"),
        (["Pyright"], "ok\n", "parses · finding gone ·"),
        (["basedpyright", "nullcheck"], "ok\n", "parses · finding gone ·"),
        (["mypy"], "ok\n", "parses · mypy finding gone by breadknife's own check ·"),
        (["mypy", "Pyright"], "ok\n", "parses · mypy finding gone by breadknife's own check ·"),
        (["Pyright"], "hang\n", "parses · Pyright finding gone by breadknife's own check ·"),
    ],
)
def test_the_badge_says_whose_finding_was_not_looked_for_again(
    ladder: Ladder, tmp_path: Path, sources: list[str], new: str, badge: str
) -> None:
    about = [Finding(Span(0, 1), source, "c", "x") for source in sources]
    climb = climbed(ladder, tmp_path, {"a.py": "!x\n"}, new, *about, seconds=0.2 if "hang" in new else 9)
    assert climb.badge.startswith(badge)


@pytest.mark.parametrize(("passing", "looked_at"), [(0, [3, 2, 2, 2, 1]), (1, [3])])
def test_once_a_fifth_of_the_time_is_used_no_more_importers_are_asked_about(
    tmp_path: Path, passing: int, looked_at: list[int]
) -> None:
    ticks = itertools.count(0, passing)
    ladder = Ladder(clock=lambda: next(ticks))
    files = {"a.py": "ok\n"} | {f"b{n}.py": "import a\na.ok\n" for n in range(9)}
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    climb = climbed(ladder, tmp_path, files, "ok", checker=checker)
    assert [len(asked) for asked in checker.started[0].asked] == looked_at
    of_nine = "9" if passing == 0 else "2 of 9"
    assert climb.badge == f"{OWN} · file and {of_nine} importers clean (pyright)"
    ladder.close()


@pytest.mark.parametrize(("alone", "broken"), [("", None), ("!new\n", Rung.IMPORTERS), ("late", Rung.IMPORTERS)])
def test_an_importer_is_asked_about_alone_before_its_objection_counts(
    ladder: Ladder, tmp_path: Path, alone: str, broken: Rung | None
) -> None:
    class Wavering(Says):
        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[Problem]:
            is_made = "made" in {**texts, **beside}[tmp_path / "a.py"]
            said = ("!new\n" if len(texts) > 1 else alone) if is_made else ""
            if said == "late":
                raise Cancelled
            told = {path: said if path.name == "b.py" else "" for path in texts}
            return super().problems(told, cancel, beside)

    class Starting(Telling):
        def start(self, language: str, cancel) -> Checker:
            return Wavering(self.root, self)

    files = {"a.py": "ok\n", "b.py": "import a\na.ok\n", "c.py": "import a\na.ok\n"}
    checker = Starting(TOOLS[0], tmp_path / "pyright", tmp_path)
    climb = climbed(ladder, tmp_path, files, "made ok\n", checker=checker)
    assert climb.broken is broken


def test_an_edit_of_another_file_is_looked_at_ahead(ladder: Ladder, tmp_path: Path) -> None:
    looked = threading.Event()

    class Looking(Telling):
        def start(self, language: str, cancel) -> Checker:
            looked.set()
            return super().start(language, cancel)

    files = {"a.py": "ok\n", "b.py": "ok\n"}
    here, there = (Document((tmp_path / name).as_uri(), "python", text) for name, text in files.items())
    edited = Edited(here, (), (DocumentEdits(there, (TextEdit(Span(0, 2), "new"),)),))
    context = PluginContext(root=tmp_path, project=known(tmp_path, files))
    ladder.prepare(edited, (), Looking(TOOLS[0], tmp_path / "pyright", tmp_path), 9, context)
    assert looked.wait(30)


@pytest.mark.parametrize(("later", "questions"), [(FRESH_SECONDS / 2, 1), (FRESH_SECONDS, 2)])
def test_what_was_found_out_is_asked_again_after_a_while(tmp_path: Path, later: float, questions: int) -> None:
    times = [0.0]
    checker, ladder = Telling(TOOLS[0], tmp_path / "pyright", tmp_path), Ladder(clock=lambda: times[-1])
    for importer in ("import a\na.x\n", "import a\na.x.y\n"):
        climbed(ladder, tmp_path, {"a.py": "x = 1\n", "b.py": importer}, "x = 2\n", checker=checker)
        times.append(later)
    [started] = checker.started
    assert len(started.asked) == questions
    ladder.close()


# --- through the plugin ---

STORE = """\
import re


def end(key: str):
    return re.match("a", key).end()
"""
GIVING = STORE.replace("return re.match", "found = re.match").replace(".end()", "\n    found.end()\n    return found")
"""What it gives changes with the edit."""
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


def menu(plugin: NullCheckPlugin, document: Document, context: PluginContext) -> dict[str, Action]:
    answer = plugin.answer(ActionRequest(document, Span(0, len(document.text))), context)
    assert isinstance(answer, Actions)
    return {str(action.data["strategy"]): action for action in answer.items if action.data}


@pytest.mark.parametrize(
    ("oracle", "store", "language", "badge"),
    [
        ("pyright", GIVING, "python", "file and 1 importer clean (pyright)"),
        ("pyright", STORE, "python", "file clean (pyright), unseen by importers"),
        ("tsc", TYPED_GIVING, "typescript", "file and 1 importer clean (tsc)"),
        ("tsc", TYPED, "typescript", "file clean (tsc), unseen by importers"),
        ("off", STORE, "python", "file clean"),
    ],
)
def test_the_badge_says_who_has_agreed(
    plugin: NullCheckPlugin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    oracle: Choice,
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
        ([": Socket ="], "self.sock: Socket | Any = None\n"),
        ([": Socket =", ": Socket | Any ="], None),  # not `Any`: that would silence what is objected to
    ],
)
def test_what_a_checker_objects_to_is_declared_less_exactly_but_not_silenced(
    plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objections: list[str], written: str | None
) -> None:
    class Objecting(Installed):
        def start(self, language: str, cancel) -> Checker:
            return self

        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[Problem]:
            return [Problem(path, "c", "It isn't one.") for path in texts for said in objections if said in texts[path]]

        def close(self) -> None:
            pass

    monkeypatch.setattr(ladder_module, "installed", lambda *_: Objecting(TOOLS[0], tmp_path / "pyright", tmp_path))
    document, context = asked(tmp_path, SOCKET)
    answer = plugin.answer(ResolveRequest(document, menu(plugin, document, context)["field"]), context)
    made = [document.edited(item.edits).text for item in answer.items] if isinstance(answer, Actions) else []
    assert [written in text for text in made if written] == [True] * (written is not None)
    assert isinstance(answer, Silence) == (written is None)


def test_a_menu_waits_for_no_checker(plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for, released = threading.Event(), threading.Event()

    class Hanging(Installed):
        def start(self, language: str, cancel) -> Checker:
            return self

        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[Problem]:
            asked_for.set()
            released.wait(60)
            return []

        def close(self) -> None:
            released.set()

    monkeypatch.setattr(ladder_module, "installed", lambda *_: Hanging(TOOLS[0], tmp_path / "pyright", tmp_path))
    document, context = asked(tmp_path)
    first = menu(plugin, document, context)
    assert asked_for.wait(30)  # about the first offer
    assert menu(plugin, document, context) == first
    assert {action.checked for action in first.values()} == {"file clean"}
    assert not released.is_set()


def test_an_edit_that_the_checker_objects_to_is_not_made(
    plugin: NullCheckPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Objecting(Installed):
        def start(self, language: str, cancel) -> Checker:
            return self

        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[Problem]:
            raises = any("raise ValueError" in text for text in texts.values())
            return [Problem(self.root / "user.py", "c", "It raises.\nIn detail.")] * raises

        def close(self) -> None:
            pass

    checker = Objecting(TOOLS[0], tmp_path / "pyright", tmp_path)
    monkeypatch.setattr(ladder_module, "installed", lambda *_: checker)
    document, context = asked(tmp_path)
    answer = plugin.answer(ResolveRequest(document, menu(plugin, document, context)["raise"]), context)
    assert isinstance(answer, Silence)
    assert answer.reason == "checker-objects"
    assert answer.sentence == "with the edit (raise) pyright would say of user.py: It raises."
    assert [f"{step.name}: {step.verdict}" for step in context.steps][-1] == "pyright: vetoed"
    assert "raise" not in menu(plugin, document, context)


@pytest.mark.parametrize(
    ("strategy", "said", "is_asked"),
    [
        ("raise", "x is not set", False),  # words are the same to a checker
        ("default", "unknown", True),  # which may not be one of the strings that are allowed
    ],
)
def test_a_checker_looks_at_the_template_while_the_model_writes(
    plugin: NullCheckPlugin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    strategy: str,
    said: str,
    is_asked: bool,
) -> None:
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    monkeypatch.setattr(ladder_module, "installed", lambda *_: checker)
    document, context = asked(tmp_path, "def f(x: str | None):\n    return x.strip()\n")
    context = replace(context, engine=ScriptedEngine([Line("", said)]))
    action = menu(plugin, document, context)[strategy]
    answer = plugin.answer(ResolveRequest(document, action), context)
    assert isinstance(answer, Actions)
    assert said in document.edited(answer.items[0].edits).text
    [started] = checker.started
    texts = [text for each in started.asked for text in each]
    assert any(said in text for text in texts) is is_asked
    assert any('raise ValueError("x is None")' in text for text in texts) is not is_asked
