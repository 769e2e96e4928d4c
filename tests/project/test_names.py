"""The names of a text are made once, for all processes, and are those of its outline."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.project import names
from breadknife.project.names import FileNamesCache, names_in
from breadknife.text.outline import outline
from breadknife.text.syntax import SyntaxTree, parse

TEXTS = [
    ("python", "from a import b as c\nclass A:\n    def find_it(self): return c.Thing\n"),
    ("typescript", "import { a } from './b';\nexport function find(x: string) { return a(x); }\n"),
    ("go", "package a\nimport \"example.com/b\"\nfunc Find() { b.Get() }\n"),
    ("python", "def f(:\n"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path))


def parsed_never(text: str, language: str) -> SyntaxTree | None:
    raise AssertionError(f"{language} is parsed again: {text}")


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_names_are_made_once(language: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = parse(text, language)
    assert tree is not None
    expected = names_in(outline(tree))
    assert FileNamesCache().of(text, language) == expected
    monkeypatch.setattr(names, "parse", parsed_never)
    assert FileNamesCache().of(text, language) == expected


def test_another_text_has_other_names() -> None:
    assert [FileNamesCache().of(f"def {name}(): pass\n", "python").defined for name in ("f", "g")] == [("f",), ("g",)]
