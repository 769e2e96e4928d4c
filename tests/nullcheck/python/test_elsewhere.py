"""A declaration in another file of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.project.folder import FolderProject
from nullcheck.python.cases import offered, written
from project.folders import known

# --- what a function gives ---

APP = """\
from typing import Any
_app = None
def get_app(none=False):
    if none:
        return None
    return _app
"""


@pytest.mark.parametrize(
    ("files", "module", "uses", "title"),
    [
        (
            {"pkg/app.py": APP, "pkg/__init__.py": "from .app import get_app\n"},
            "pkg",
            "def g():\n    get_app().b()\ndef h():\n    app = get_app()\n    app.c()\n",
            "Declare that `get_app` returns `Any` (fails where it returns None, in app.py)",
        ),
        ({"app.py": APP}, "app", "def g():\n    return get_app() is None\ndef h():\n    get_app().b()\n", ""),
        ({"app.py": APP}, "app", "", ""),
        ({"app.py": APP.replace("(none=False)", "(none=False) -> object")}, "app",
         "def g():\n    get_app().b()\ndef h():\n    get_app().b()\n", ""),
        ({}, "app", "def g():\n    get_app().b()\ndef h():\n    get_app().b()\n", ""),
    ],
)  # fmt: skip
def test_what_a_function_of_another_file_gives(
    tmp_path: Path, files: dict[str, str], module: str, uses: str, title: str
) -> None:
    marked = f"from {module} import get_app\ndef f():\n    ⟦get_app()⟧.a()\n{uses}"
    project = known(tmp_path, {**files, "use.py": ""})
    _, offers = offered(marked, uri=(tmp_path / "use.py").as_uri(), project=project)
    declared = [offer for offer in offers if offer.strategy is Strategy.RETURN_TYPE]
    assert [offer.title for offer in declared] == [title] * bool(title)
    for offer in declared:
        assert offer is offers[0]
        assert not offer.edits
        (edits,) = offer.elsewhere
        assert edits.document.edited(edits.edits).text == APP.replace("(none=False)", "(none=False) -> Any")


@pytest.mark.parametrize(
    ("doubt", "expected"),
    [
        ("", [Strategy.RETURN_TYPE, Strategy.ASSERT]),
        ("def h():\n    if get_app():\n        pass\n", [Strategy.ASSERT, Strategy.RETURN_TYPE]),
    ],
)
def test_a_function_that_says_itself_that_it_may_give_none_is_believed_where_somebody_looks_for_it(
    tmp_path: Path, doubt: str, expected: list[Strategy]
) -> None:
    app = APP.replace("(none=False)", "(none=False) -> Optional[App]")
    uses = "".join(f"def g{n}():\n    get_app().b()\n" for n in range(3))
    marked = f"from app import get_app\ndef f():\n    ⟦get_app()⟧.a()\n{uses}{doubt}"
    project = known(tmp_path, {"app.py": f"{app}class App: pass\n", "use.py": ""})
    _, offers = offered(marked, uri=(tmp_path / "use.py").as_uri(), project=project)
    assert [offer.strategy for offer in offers[:2]] == expected
    assert [offer.is_asked_for for offer in offers if offer.strategy is Strategy.RETURN_TYPE] == [bool(doubt)]


@pytest.mark.parametrize(
    ("end", "uses", "first"),
    [
        ("", 1, Strategy.ASSERT),
        ("", 2, Strategy.RETURN_TYPE),
        ("    return None\n", 2, Strategy.ASSERT),
        ("    return None\n", 3, Strategy.RETURN_TYPE),
        ("    print(a)\n", 3, Strategy.ASSERT),
        ("    else:\n        log.error(a)\n", 3, Strategy.ASSERT),
        ("    log.warning(a)\n    return\n", 3, Strategy.ASSERT),
        ("    log.info(a)\n    a.c()\n", 3, Strategy.RETURN_TYPE),
        ("    for b in a:\n        log.info(b)\n", 3, Strategy.RETURN_TYPE),
    ],
)
def test_a_none_that_is_told_or_written_out_is_meant(end: str, uses: int, first: Strategy) -> None:
    others = "".join(f"def g{n}():\n    find({n}).a()\n" for n in range(uses - 1))
    find = f"def find(a):\n    if a:\n        return a.b\n{end}"
    _, offers = offered(f"from typing import Any\n{find}{others}def h():\n    b = find(1)\n    ⟦b⟧.a()\n")
    assert offers[0].strategy is first
    assert all(
        offer.is_asked_for for offer in offers if offer.strategy is Strategy.RETURN_TYPE and offer is not offers[0]
    )


@pytest.mark.parametrize(
    ("gives", "declared"),
    [
        ("Socket()", ' -> "Socket | Any":'),
        ("Socket() if a else a.b", " -> Any:"),
        ("a.b", " -> Any:"),
    ],
)
def test_a_function_says_what_it_gives_as_far_as_that_is_known(gives: str, declared: str) -> None:
    uses = "".join(f"def g{n}():\n    find({n}).a()\n" for n in range(3))
    text, offers = offered(
        "from typing import Any\nfrom net import Socket\n"
        f"def find(a):\n    if a:\n        return {gives}\n    return None\n"
        f"{uses}def h():\n    ⟦find(1)⟧.a()\n"
    )
    (offer,) = (offer for offer in offers if offer.strategy is Strategy.RETURN_TYPE)
    (edits,) = offer.elsewhere or (None,)
    after = edits.document.edited(edits.edits).text if edits else written(text, offer)
    assert f"def find(a){declared}" in after


# --- an attribute of a base class ---

BASE = """\
class Machine: pass
class State:
    def __init__(self, machine: Machine):
        self.machine = None
        self.node: list | None = None
    def run(self, machine: Machine):
        self.machine = machine
class Substate(State): pass
"""


@pytest.mark.parametrize(
    ("comment", "is_declared"),
    [("", True), ("    # type: ignore\n", True), ("    # typed\n", True), ("    # type: (Any) -> Any\n", False)],
)
def test_a_type_comment_is_the_only_signature(comment: str, is_declared: bool) -> None:
    uses = "".join(f"def g{n}():\n    find({n}).a()\n" for n in range(3))
    for gives in ("a.b", "a.b, a"):
        asked = "⟦find(1)⟧.a()\n" if gives == "a.b" else "x, y = find(1)\n    ⟦x⟧.a()\n"
        others = uses if gives == "a.b" else uses.replace("find(", "x, y = find(").replace(".a()", "\n    x.a()")
        nothing = "None" if gives == "a.b" else "None, None"
        _, offers = offered(
            f"from typing import Any\ndef find(a):\n{comment}    if a:\n        return {gives}\n    return {nothing}\n"
            f"{others}def h():\n    {asked}"
        )
        assert (Strategy.RETURN_TYPE in [offer.strategy for offer in offers]) == is_declared


@pytest.mark.parametrize(
    ("base", "use", "title", "line"),
    [
        (
            BASE,
            "⟦self.machine⟧.go()\n        self.machine.stop()",
            "Declare `self.machine` as `Machine`, ignoring None (fails if used before it is set, in base.py)",
            "        self.machine: Machine = None  # pyright: ignore[reportAttributeAccessIssue]\n",
        ),
        (BASE, "⟦self.machine⟧.go()\n        return self.machine is None", "", ""),
        (BASE + "def f(s):\n    if s.machine: pass\n", "⟦self.machine⟧.go()\n        self.machine.stop()", "", ""),
        (BASE, "⟦self.other⟧.go()", "", ""),
    ],
)
def test_a_base_class_of_the_project_is_declared_anew(
    tmp_path: Path, base: str, use: str, title: str, line: str
) -> None:
    (tmp_path / "base.py").write_text(base, "utf-8")
    project = FolderProject(tmp_path)
    uri = (tmp_path / "mine.py").as_uri()
    marked = f"import base\nclass Mine(base.Substate):\n    def f(self):\n        {use}\n"
    offers = [offer for offer in offered(marked, uri=uri, project=project)[1] if offer.elsewhere]
    project.close()
    assert [offer.title for offer in offers] == ([title] if title else [])
    for offer in offers:
        ((changed,), edits) = (offer.elsewhere, offer.edits)
        assert edits == ()
        assert changed.document.uri.endswith("/base.py")
        after = changed.document.edited(changed.edits).text
        assert after == base.replace("        self.machine = None\n", line)


def test_a_base_class_is_found_where_a_package_hands_it_on(tmp_path: Path) -> None:
    root = "import os\nclass Root:\n    session = None\n    @classmethod\n"
    root += "    def bind(cls, session):\n        cls.session = session\n"
    files = {
        "pkg/root.py": root,
        "pkg/base.py": "from .root import Root\nclass Base(Root): pass\n",
        "pkg/__init__.py": "from .base import Base\n",
        "use.py": "",
    }
    marked = "from pkg import Base\nclass Mine(Base):\n    def f(self):\n        ⟦self.session⟧.go()\n"
    _, (first, *_) = offered(marked, uri=(tmp_path / "use.py").as_uri(), project=known(tmp_path, files))
    assert first.title == "Declare `self.session` as `Any` (fails if used before it is set, in root.py)"
    (edits,) = first.elsewhere
    assert "    session: Any = None\n" in edits.document.edited(edits.edits).text


@pytest.mark.parametrize(("users", "offered_at_all"), [(1, False), (4, True)])
def test_other_files_uses_outweigh_a_test_in_its_own(tmp_path: Path, users: int, offered_at_all: bool) -> None:
    files = {
        f"use{at}.py": "from field import Field\ndef f(field: Field):\n    return field.rel.x\n" for at in range(users)
    }
    project = known(tmp_path, {"field.py": "", **files})
    marked = "class Field:\n    def __init__(self, rel=None):\n        ⟦self.rel⟧ = rel\n"
    marked += (
        "        self.is_relation = self.rel is not None\n    def copy(self):\n        if self.rel:\n            pass\n"
    )
    _, offers = offered(marked, use=Use.ASSIGN, uri=(tmp_path / "field.py").as_uri(), project=project)
    project.close()
    assert [offer.strategy for offer in offers] == [Strategy.FIELD] * offered_at_all


FINDS = "def find(a):\n    if a:\n        return a.b\n    return None\n"
USES = "    ⟦find(1)⟧.a()\n    find(2).a()\n    find(3).a()\n"


@pytest.mark.parametrize(
    ("use", "file"),
    [
        (f"from m import find\ndef f():\n{USES}", "m.py"),
        (f"from m import *\ndef f():\n{USES}", "m.py"),
        (f"from n import *\nfrom m import *\ndef f():\n{USES}", "m.py"),
        (f"try:\n    from m import find\nexcept ImportError:\n    from n import find\ndef f():\n{USES}", "m.py"),
        (f"from m import find\ndef g():\n    from n import find\ndef f():\n{USES}", "m.py"),
        (f"from m import find\ndef f(find):\n{USES}", ""),
        (f"from m import *\ndef f(find):\n{USES}", ""),
        (f"from m import *\nfind = g()\ndef f():\n{USES}", ""),
        (f"from m import *\ndef f():\n{USES}class find: pass\n", ""),
        (f"from once import find\ndef f():\n{USES}", ""),
        ("from app import app\ndef f():\n" + USES.replace("find", "app.find"), ""),
        ("from pkg import m\ndef f():\n" + USES.replace("find", "m.find"), "m.py"),
        ("import pkg.m\ndef f():\n" + USES.replace("find", "pkg.m.find"), "m.py"),
        ("import pkg.m as m\ndef f():\n" + USES.replace("find", "m.find"), "m.py"),
        ("import pkg\ndef f():\n" + USES.replace("find", "pkg.A.find"), ""),
    ],
)
def test_a_name_means_what_the_file_has_imported_or_bound(tmp_path: Path, use: str, file: str) -> None:
    files = {"m.py": FINDS, "n.py": FINDS, "once.py": f"@once\n{FINDS}", "use.py": "", "pkg/m.py": FINDS}
    files |= {"app.py": f"app = App()\n{FINDS}", "pkg/__init__.py": FINDS}
    _, offers = offered(use, uri=(tmp_path / "use.py").as_uri(), project=known(tmp_path, files))
    changed = [edits.document.path for offer in offers for edits in offer.elsewhere]
    assert [path.name for path in changed if path is not None] == [file] * bool(file)


MADE = """\
class Base:
    @classmethod
    def made(cls, a):
        if a:
            return Own()
        return None
    @once
    def once(cls, a):
        if a:
            return Own()
        return None
class Own(Base):
    pass
"""


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (f"{MADE}def f():\n" + USES.replace("find", "Own.made"), "use.py"),
        (f"{MADE}def f():\n" + USES.replace("find", "Base.made"), "use.py"),
        ("from made import Own\ndef f():\n" + USES.replace("find", "Own.made"), "made.py"),
        ("from made import Base as Own\ndef f():\n" + USES.replace("find", "Own.made"), "made.py"),
        ("from made import Own\ndef f(Own):\n" + USES.replace("find", "Own.made"), ""),
        (f"{MADE}def f():\n    from other import Own\n" + USES.replace("find", "Own.made"), ""),
        (f"{MADE}def f():\n" + USES.replace("find", "Own.once"), ""),
        ("from made import Base\ndef f():\n" + USES.replace("find", "Base.once"), ""),
    ],
)
def test_a_method_of_a_class_says_what_it_gives(tmp_path: Path, text: str, file: str) -> None:
    _, offers = offered(
        text, uri=(tmp_path / "use.py").as_uri(), project=known(tmp_path, {"made.py": MADE, "use.py": ""})
    )
    given = [offer for offer in offers if offer.strategy is Strategy.RETURN_TYPE]
    where = [edits.document.path.name for offer in given for edits in offer.elsewhere if edits.document.path]
    assert (where or ["use.py"] * len(given)) == [file] * bool(file)
