"""Which definitions of other files stand before the prompt, and how: `⟦|⟧` is the cursor."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.plugins.completion import repository
from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.prompt import Snippet
from breadknife.plugins.completion.repository import ContextHolder, choose_context
from breadknife.project.folder import FolderProject
from breadknife.project.values import LocatedDefinition, RecentEdit
from breadknife.text.document import Document, language_of
from breadknife.text.outline import Import, Outline, outline
from breadknife.text.syntax import parse
from support import CURSOR

ROOT = Path(Path.cwd().anchor) / "project"


@dataclass
class Files:
    """A `Project` of texts by their paths; a module is the file of its name."""

    texts: dict[str, str]
    edits: list[RecentEdit] = field(default_factory=list[RecentEdit])
    root: Path = ROOT

    def may_read(self, path: Path, /) -> bool:
        return path.name in self.texts

    def text(self, path: Path, /) -> str | None:
        return self.texts.get(path.name)

    def outline(self, path: Path, /) -> Outline | None:
        tree = parse(self.texts[path.name], language_of(path) or "") if path.name in self.texts else None
        return outline(tree) if tree else None

    def defining(self, name: str, language: str, /) -> Sequence[LocatedDefinition]:
        return [
            LocatedDefinition(self.root / file, each)
            for file in self.texts
            if language_of(Path(file)) == language and (found := self.outline(self.root / file))
            for each in found.definitions
            if each.name == name
        ]

    def module(self, imported: Import, document: Document, /) -> Sequence[Path]:
        stem = imported.module.strip("./\"'").replace("/", ".").split(".")[-1]
        names = {stem, *(there for there, _ in imported.names)}
        return [self.root / file for file in self.texts if Path(file).stem in names]

    def unsaved(self) -> Sequence[Document]:
        return ()

    def recent_edits(self) -> Sequence[RecentEdit]:
        return self.edits


SHAPES = '''"""Shapes."""
SIDES = 4

class Shape:
    """What has an area.

    And more.
    """

    name: str
    sides: int = SIDES

    def __init__(self, name: str) -> None:
        self.name = name

    def area(
        self, scale: float = 1.0,
    ) -> float:
        """In square metres."""
        return scale

    def _private(self): ...

def largest(shapes):
    return max(shapes)

def _hidden(): ...
'''
OTHERS = {
    "tools.py": "def hammer(nail):\n    '''Hits it.'''\n    return nail\n\ndef saw(board): ...\n",
    "package.py": "from .shapes import largest\n",
    "away.py": "class Remote:\n    def fetch_all(self, url): ...\n",
    "shape.ts": (
        "/** Has an area. */\nexport class Shape {\n  name: string;\n"
        "  area(scale: number): number { return scale }\n}\n"
    ),
}
PROJECT = Files({"shapes.py": SHAPES, **OTHERS})


def context(marked: str, file: str = "a.py", project: Files = PROJECT) -> str:
    """The snippets, each after a line with its path."""
    text, offset = marked.replace(CURSOR, ""), marked.index(CURSOR)
    document = Document((ROOT / file).as_uri(), language_of(Path(file)) or "", text)
    found = choose_context(CursorContext(document, offset, parse(text, document.language)), project).snippets
    return "\n".join(f"# {each.path}\n{each.text}" for each in found)


SHAPE = """# shapes.py
class Shape:
    \"\"\"What has an area.\"\"\"
    name: str
    sides: int = SIDES
    def __init__(self, name: str) -> None: ...
    def area(self, scale: float = 1.0) -> float:
        \"\"\"In square metres.\"\"\""""

CHOSEN: Mapping[str, tuple[str, str]] = {
    "what is imported and not used yet": (
        "from shapes import largest\n\nx =⟦|⟧\n", "# shapes.py\ndef largest(shapes): ..."
    ),
    "a class, with its fields and public methods": ("from shapes import Shape\n\nx =⟦|⟧\n", SHAPE),
    "under another name": ("from shapes import largest as l\n\nx = l(⟦|⟧\n", "# shapes.py\ndef largest(shapes): ..."),
    "a constant": ("from shapes import SIDES\n\nx =⟦|⟧\n", "# shapes.py\nSIDES = 4"),
    "of a module, what is used and then what is there": (
        "import tools\n\ntools.hammer(1)\ntools.⟦|⟧\n",
        '# tools.py\ndef hammer(nail):\n    """Hits it."""\ndef saw(board): ...',
    ),
    "of a module, what is there, once its name is written": (
        "import tools\n\ntools.⟦|⟧\n", '# tools.py\ndef hammer(nail):\n    """Hits it."""\ndef saw(board): ...'
    ),
    "through a package that hands it on": (
        "from package import largest\n\nx =⟦|⟧\n", "# shapes.py\ndef largest(shapes): ..."
    ),
    "what is called near the cursor and defined once": (
        "def f(remote):\n    remote.fetch_all(1)\n    ⟦|⟧\n",
        "# away.py\nclass Remote:\n    def fetch_all(self, url): ...",
    ),
    "files in the order of their paths": (
        "from tools import saw\nfrom shapes import largest\n\nx =⟦|⟧\n",
        "# shapes.py\ndef largest(shapes): ...\n# tools.py\ndef saw(board): ...",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), CHOSEN.values(), ids=CHOSEN)
def test_what_is_chosen(marked: str, expected: str) -> None:
    assert context(marked) == expected


NONE = {
    "nothing of the project is used": "import os\n\nx = os.⟦|⟧\n",
    "what is used is the file's own": "def largest(): ...\n\nlargest()\n⟦|⟧\n",
    "a module is imported, and the cursor is elsewhere": "import tools\n" + "x = 1\n" * 400 + "⟦|⟧\n",
    "a private name": "import shapes\n\nshapes._hidden()\n" + "x = 1\n" * 400 + "⟦|⟧",
}


@pytest.mark.parametrize("marked", NONE.values(), ids=NONE)
def test_nothing_is_chosen(marked: str) -> None:
    assert context(marked) == ""


def test_in_a_language_with_braces() -> None:
    marked = 'import { Shape } from "./shape"\n\nconst x =⟦|⟧\n'
    assert context(marked, "a.ts") == (
        "# shape.ts\n// Has an area.\nexport class Shape {\n    name: string;\n"
        "    area(scale: number): number { … }\n}"
    )  # fmt: skip


def test_never_the_document_itself() -> None:
    assert context("from shapes import Shape\n\nx =⟦|⟧\n", "shapes.py") == ""


def test_the_budget_holds_and_the_best_come_first() -> None:
    many = "".join(f"def function_{n}(argument_of_some_length: int) -> int: ...\n" for n in range(100))
    files = Files({"many.py": many})
    text = context("import many\n\nmany.function_77()\nmany.⟦|⟧", project=files)
    assert "function_77" in text
    assert repository.BUDGET / 2 < len(text) <= repository.BUDGET + len("# many.py\n")


TIGHT = (
    ("what the cursor's line names", "tools.hammer(1)\nx = tools.saw(⟦|⟧)\n", "def saw(board): ..."),
    ("also where another is used oftener", "tools.hammer(1)\n" * 9 + "y = tools.saw⟦|⟧\n", "def saw(board): ..."),
    ("or else the first of those nearby", "tools.hammer(1)\ntools.saw(1)\nx = ⟦|⟧\n", "def hammer(nail): ..."),
)


@pytest.mark.parametrize(("marked", "expected"), [case[1:] for case in TIGHT], ids=[case[0] for case in TIGHT])
def test_where_there_is_room_for_one_it_is_the_likeliest(marked: str, expected: str) -> None:
    text = f"import tools\n\n{marked}"
    files = Files({"tools.py": "def hammer(nail): ...\ndef saw(board): ...\n"})
    document = Document((ROOT / "a.py").as_uri(), "python", text.replace(CURSOR, ""))
    tree = parse(document.text, "python")
    [snippet] = choose_context(
        CursorContext(document, text.index(CURSOR), tree), files, budget=len(expected) + 5
    ).snippets
    assert snippet.text == expected


IMPORTED = time.monotonic()


def edit(file: str, after: str, ago: float = 1.0) -> RecentEdit:
    return RecentEdit(ROOT / file, 0, "", after, IMPORTED - ago)


@pytest.fixture(autouse=True)
def edits_are_as_old_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cases were made when this module was imported, and other tests may have run for long since then."""
    monkeypatch.setattr(repository, "EDIT_SECONDS", repository.EDIT_SECONDS + time.monotonic() - IMPORTED)


EDITED = (
    ("about a name near the cursor, last", edit("tools.py", "saw(board, twice=True)\n"), True),
    ("about something else", edit("tools.py", "other(1)\n"), False),
    ("long ago", edit("tools.py", "saw(board, twice=True)\n", 3_000), False),
    ("of this document", edit("a.py", "saw(board, twice=True)\n"), False),
)


@pytest.mark.parametrize(("recent", "there"), [case[1:] for case in EDITED], ids=[case[0] for case in EDITED])
def test_recent_edits(recent: RecentEdit, there: bool) -> None:
    text = context("from tools import saw\n\nsaw(⟦|⟧\n", project=Files({"a.py": "", **OTHERS}, [recent]))
    assert text.endswith("# tools.py\nsaw(board, twice=True)") == there
    assert "def saw(board): ..." in text


class Writer:
    """Somebody who writes in one document, asking for its context."""

    def __init__(self, project: Files) -> None:
        self.project = project
        self.holder = ContextHolder()

    def sees(self, marked: str) -> list[str]:
        return [each.path for each in self.shown(marked)]

    def shown(self, marked: str) -> Sequence[Snippet]:
        text = marked.replace(CURSOR, "")
        document = Document((ROOT / "a.py").as_uri(), "python", text)
        return self.holder.context(CursorContext(document, marked.index(CURSOR), parse(text, "python")), self.project)


FAR = "x = 1\n" * 400


def test_the_context_is_held_while_somebody_types_along() -> None:
    user = Writer(PROJECT)
    assert user.sees("from tools import saw\n\nx =⟦|⟧\n") == ["tools.py"]
    assert user.sees("from tools import saw\nfrom shapes import Shape\n\nx = Shape⟦|⟧\n") == ["tools.py"]


ELSEWHERE = (
    ("other definitions are wanted there", "tools.⟦1⟧\n", "shapes.⟦2⟧\n", ["shapes.py"]),
    ("the same ones are wanted there", "tools.saw(1)⟦1⟧\n", "tools.saw(1)⟦2⟧\n", ["tools.py"]),
    ("none are wanted there", "tools.⟦1⟧\n", "x =⟦2⟧\n", ["tools.py"]),
)


@pytest.mark.parametrize(("here", "there", "expected"), [case[1:] for case in ELSEWHERE], ids=[c[0] for c in ELSEWHERE])
def test_after_a_jump_it_is_another_one_only_if_much_is_different(here: str, there: str, expected: list[str]) -> None:
    user = Writer(PROJECT)
    text = "import tools, shapes\n\n" + here + FAR + there
    first, second = (re.sub("⟦\\d⟧", "", text.replace(f"⟦{place}⟧", CURSOR)) for place in (1, 2))
    assert user.sees(first) == ["tools.py"]
    assert user.sees(second) == expected


MANY = "".join(f"def f{number}(argument_of_some_length: int) -> int: ...\n" for number in range(100))


@pytest.mark.parametrize("there", ["many.f90(⟦|⟧)", "many.f1(⟦|⟧)", "x = ⟦|⟧"])
def test_after_a_jump_what_the_line_names_is_told(there: str) -> None:
    user = Writer(Files({"many.py": MANY}))
    first = "import many\n\nmany.f1(1)\nmany.⟦|⟧\n" + FAR
    [held] = user.shown(first)
    assert "def f90(" not in held.text
    [shown] = user.shown(first.replace(CURSOR, "") + there + "\nmany.f90(2)\n")
    assert ("def f90(" in shown.text, shown == held) == ("f90" in there, "f90" not in there)


def test_after_a_rest_what_is_outdated_is_told_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "REST_SECONDS", 0.0)
    project = Files(dict(OTHERS))
    user = Writer(project)
    marked = "from tools import saw\n\nx =⟦|⟧\n"
    document = Document((ROOT / "a.py").as_uri(), "python", marked.replace(CURSOR, ""))
    tree = parse(document.text, "python")
    user.sees(marked)
    project.texts["tools.py"] = "def saw(board, twice): ...\n"
    time.sleep(0.001)
    [snippet] = user.holder.context(CursorContext(document, marked.index(CURSOR), tree), project)
    assert snippet.text == "def saw(board, twice): ..."


FIRST_EDIT, SECOND_EDIT = edit("tools.py", "saw(board, 1)\n"), edit("away.py", "saw(board, 2)\n")
FRESH = (
    ("the first edit", [], [FIRST_EDIT], ["tools.py", "tools.py"], "saw(board, 1)"),
    ("a second one", [FIRST_EDIT], [SECOND_EDIT, FIRST_EDIT], ["tools.py", "away.py", "tools.py"], "saw(board, 1)"),
    ("another text of the first", [FIRST_EDIT], [edit("tools.py", "saw(1)\n")], ["tools.py", "tools.py"], "saw(1)"),
    ("none any more", [FIRST_EDIT], [], ["tools.py", "tools.py"], "saw(board, 1)"),
)


@pytest.mark.parametrize(
    ("before", "after", "paths", "last"), [case[1:] for case in FRESH], ids=[case[0] for case in FRESH]
)
@pytest.mark.parametrize("moves", ["a jump", "a rest", "neither"])
def test_a_fresh_edit_comes_after_what_is_held(
    before: list[RecentEdit],
    after: list[RecentEdit],
    paths: list[str],
    last: str,
    moves: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repository, "REST_SECONDS", 0.0 if moves == "a rest" else 60.0)
    project = Files(dict(OTHERS), before)
    user = Writer(project)
    text = "from tools import saw, hammer\n\nsaw(1)⟦1⟧\n" + FAR + "saw(1)⟦2⟧\n"
    first, second = (re.sub("⟦\\d⟧", "", text.replace(f"⟦{place}⟧", CURSOR)) for place in (1, 2))
    held = user.shown(first)
    project.edits = after
    time.sleep(0.001)
    shown = user.shown(second if moves == "a jump" else first)
    assert shown[0] == held[0], "what stands first stays"
    if moves == "neither":
        assert shown == held
    else:
        assert ([each.path for each in shown], shown[-1].text) == (paths, last)


def test_what_may_not_be_read_any_more_is_held_no_longer() -> None:
    project = Files(dict(OTHERS))
    user = Writer(project)
    marked = "from tools import saw\n\nx =⟦|⟧\n"
    assert user.sees(marked) == ["tools.py"]
    del project.texts["tools.py"]
    assert user.sees(marked) == []


def test_with_the_real_project(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("from .shapes import Shape\n", "utf-8")
    (tmp_path / "pkg" / "shapes.py").write_text(SHAPES, "utf-8")
    (tmp_path / ".env").write_text("largest = 'secret'\n", "utf-8")
    project = FolderProject(tmp_path)
    assert project.idle(20)
    text = "from pkg import Shape\n\nx ="
    document = Document((tmp_path / "a.py").as_uri(), "python", text)
    [snippet] = choose_context(CursorContext(document, len(text), parse(text, "python")), project).snippets
    project.close()
    assert f"# {snippet.path}\n{snippet.text}" == SHAPE.replace("shapes.py", "pkg/shapes.py")
