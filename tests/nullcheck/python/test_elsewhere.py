"""A declaration in another file of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.project.folder import FolderProject
from nullcheck.python.cases import offered
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
