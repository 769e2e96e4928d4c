"""How far an edit comes before it is made, with checkers that say what they are told to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from breadknife.errors import Cancelled
from breadknife.plugins.nullcheck.verify import ladder as ladder_module
from breadknife.plugins.nullcheck.verify.ladder import Ladder, LadderResult, ProposedEdit, Rung
from breadknife.plugins.nullcheck.verify.oracle.oracle import FRESH_SECONDS
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem, RunningChecker
from breadknife.task.values import DocumentEdits, Finding
from breadknife.text.document import Document, Span, TextEdit
from engine.daemons import until
from nullcheck.telling import Says, Telling
from project.folders import known
from support import PluginContext


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
) -> LadderResult:
    """`a.py` becomes `new`."""
    project = known(root, files)
    path = root / "a.py"
    edited = ProposedEdit(
        Document(path.as_uri(), "python", files["a.py"]), (TextEdit(Span(0, len(files["a.py"])), new),)
    )
    checker = checker or Telling(TOOLS[0], root / "pyright", root)
    return ladder.climb(edited, about, checker, seconds, PluginContext(root=root, project=project))


def test_the_other_file_that_an_edit_changes_is_checked_with_it(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.py": "!x\n", "b.py": "ok\n"})
    here, there = (Document((tmp_path / name).as_uri(), "python", text) for name, text in
                   (("a.py", "!x\n"), ("b.py", "ok\n")))  # fmt: skip
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    context = PluginContext(root=tmp_path, project=project)
    for new, broken in (("fine\n", None), ("!y\n", Rung.FILE)):
        elsewhere = (DocumentEdits(there, (TextEdit(Span(0, 3), new),)),)
        climb = Ladder().climb(ProposedEdit(here, (), elsewhere=elsewhere), (), checker, 9, context)
        assert climb.broken is broken


OWN = "parses · finding gone · non-null path unchanged"


@pytest.mark.parametrize(
    ("files", "new", "broken", "badge"),
    [
        ({"a.py": "!x\n"}, "ok\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!x\n"}, "!x\n!y\n", Rung.FILE, ""),
        ({"a.py": "!x is `int | None`\n"}, "!x is `int`\n", None, f"{OWN} · file clean (pyright)"),
        # a type or a comment after which the checker says no more of other faults
        ({"a.py": "!None\n!no `kil`\n"}, "x: Any\n", Rung.OTHERS, ""),
        ({"a.py": "!None\n!no `kil`\n"}, "x  # type: ignore\n", Rung.OTHERS, ""),
        ({"a.py": "!None\n!no `kil`\n"}, "x: Any\n!no `kil`\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!None\n!no `kil`\n"}, "x: Popen\n", None, f"{OWN} · file clean (pyright)"),
        ({"a.py": "!None\n!Type of `x` is unknown\n!No overloads for `f`\n"}, "x: Any\n", None,
         f"{OWN} · file clean (pyright)"),
        ({"a.py": "!x\n", "b.py": "import a\n!y\n"}, "ok\n", None, f"{OWN} · file and 1 importer clean (pyright)"),
        ({"a.py": "ok\n", "b.py": "import a\na.ok\n", "c.py": "import b\nb.ok\n"}, "ok", None,
         f"{OWN} · file and 1 importer clean (pyright)"),
        ({"a.py": "ok\n"} | {f"b{n}.py": "import a\na.ok\n" for n in range(25)}, "ok", None,
         f"{OWN} · file and 20 of 25 importers clean (pyright)"),
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
    ("language", "unsaved", "beside"), [("python", "x = 2", "x = 2"), ("python", "x = 1", ""), ("text", "x = 2", "")]
)
def test_what_is_not_saved_of_other_files_counts(
    ladder: Ladder, tmp_path: Path, language: str, unsaved: str, beside: str
) -> None:
    project = known(tmp_path, {"a.py": "x = 1", "other.py": "x = 1"})
    project.changed(Document((tmp_path / "other.py").as_uri(), language, unsaved))
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    edited = ProposedEdit(Document((tmp_path / "a.py").as_uri(), "python", "x = 1"), (TextEdit(Span(4, 5), "3"),))
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
def test_once_its_share_of_the_time_is_used_no_more_importers_are_asked_about(
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
        def problems(self, texts: Mapping[Path, str], cancel, beside: Mapping[Path, str], /) -> list[CheckerProblem]:
            is_made = "made" in {**texts, **beside}[tmp_path / "a.py"]
            said = ("!new\n" if len(texts) > 1 else alone) if is_made else ""
            if said == "late":
                raise Cancelled
            told = {path: said if path.name == "b.py" else "" for path in texts}
            return super().problems(told, cancel, beside)

    class Starting(Telling):
        def start(self, language: str, cancel) -> RunningChecker:
            return Wavering(self.root, self)

    files = {"a.py": "ok\n", "b.py": "import a\na.ok\n", "c.py": "import a\na.ok\n"}
    checker = Starting(TOOLS[0], tmp_path / "pyright", tmp_path)
    climb = climbed(ladder, tmp_path, files, "made ok\n", checker=checker)
    assert climb.broken is broken


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


@pytest.mark.parametrize(
    ("offered", "wanted", "asked"),
    [
        (["1", "2", "3"], 1, ["1"]),
        (["1", "2", "3"], 2, ["1", "2"]),
        (["!1", "2", "3"], 1, ["!1", "x", "2"]),
        (["!1", "!2", "3", "4"], 1, ["!1", "x", "!2", "3"]),
        (["1", "!2", "3", "4"], 2, ["1", "!2", "x", "3"]),
    ],
)
def test_offers_are_checked_ahead_until_so_many_have_passed(
    ladder: Ladder, tmp_path: Path, offered: list[str], wanted: int, asked: list[str]
) -> None:
    document = Document((tmp_path / "a.py").as_uri(), "python", "x\n")
    context = PluginContext(root=tmp_path, project=known(tmp_path, {"a.py": "x\n"}))
    edits = [ProposedEdit(document, (TextEdit(Span(0, 1), new),)) for new in offered]
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    for _ in range(2):  # what is known isn't asked again
        ladder.prepare(edits, (), checker, 9, context, wanted)
        until(lambda: ladder.is_idle)
    [started] = checker.started
    assert started.asked == [(f"a.py: {text}",) for text in asked]


def test_a_document_is_shown_to_its_checker_once_before_a_fix_is_chosen(
    ladder: Ladder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    monkeypatch.setattr(ladder_module, "installed", lambda *_: checker)
    monkeypatch.setattr(ladder_module, "_IDLE_SECONDS", 0.0)
    context = PluginContext(root=tmp_path, project=known(tmp_path, {"a.py": "x\n", "b.py": "import a\n"}))
    for text in ("x\n", "y\n"):
        ladder.warm(Document((tmp_path / "a.py").as_uri(), "python", text), "auto", 9, context)
        until(lambda: bool(checker.started and checker.started[0].asked))
    until(lambda: ladder.is_idle)
    assert [started.asked for started in checker.started] == [[("a.py: x",)]]


def test_who_waits_comes_before_what_is_found_out_ahead(ladder: Ladder, tmp_path: Path) -> None:
    document = Document((tmp_path / "a.py").as_uri(), "python", "x\n")
    context = PluginContext(root=tmp_path, project=known(tmp_path, {"a.py": "x\n"}))
    hanging, quick = (ProposedEdit(document, (TextEdit(Span(0, 1), new),)) for new in ("hang", "ok"))
    checker = Telling(TOOLS[0], tmp_path / "pyright", tmp_path)
    ladder.prepare([hanging], (), checker, 60, context)
    until(lambda: bool(checker.started) and checker.started[0].asked == [("a.py: hang",)])
    assert ladder.climb(quick, (), checker, 20, context).broken is None
    assert ladder.is_idle
