"""Edits keep to the length of lines that the project's formatters and linters are told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from breadknife.plugins.nullcheck.repairs.line_length import USUAL, line_length
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse
from project.folders import known
from support import marked_spans


@pytest.mark.parametrize(
    ("files", "language", "length"),
    [
        ({}, "python", USUAL),
        ({"pyproject.toml": "[project]\nname = 'a'\n"}, "python", USUAL),
        ({"pyproject.toml": "[tool.ruff]\ntarget-version = 'py311'\nline-length = 79\n"}, "python", 79),
        ({"pyproject.toml": "[tool.black]\r\nline-length = 72\r\n"}, "python", 72),
        ({"pyproject.toml": "[tool.ruff.lint.pycodestyle]\nmax-line-length = 90\n"}, "python", 88),
        ({"pyproject.toml": "[tool.other]\nline-length = 72\n"}, "python", USUAL),
        ({"pyproject.toml": "[tool.ruff]\nlint = {}\n[tool.other]\nline-length = 72\n"}, "python", 88),
        ({"pyproject.toml": "[tool.isort]\n" + "a = 'b'\n" * 2000}, "python", USUAL),
        ({"ruff.toml": "target-version = 'py311'\nline-length = 110\n"}, "python", 110),
        ({".ruff.toml": "[lint]\nline-length = 70\n"}, "python", USUAL),
        ({"setup.cfg": "[metadata]\nname = a\n[flake8]\nmax-line-length=120\n"}, "python", 120),
        ({"tox.ini": "[pycodestyle]\nmax_line_length = 85\n"}, "python", 85),
        ({".flake8": "[flake8]\nmax-line-length = 95\n", "pyproject.toml": "[tool.black]\nline-length = 88\n"},
         "python", 88),
        ({"pyproject.toml": "[tool.black]\nline-length = 88\n", "a/ruff.toml": "line-length = 60\n"}, "python", 60),
        ({".prettierrc": '{ "printWidth": 90 }'}, "typescript", 90),
        ({".prettierrc.yaml": "semi: false\nprintWidth: 70\n"}, "typescript", 70),
        ({"package.json": '{"prettier": {"printWidth": 120}}'}, "javascript", 120),
        ({"prettier.config.mjs": "export default { printWidth: 65 };\n"}, "javascript", 65),
        ({".prettierrc": '{ "printWidth": 90 }'}, "python", USUAL),
    ],
)  # fmt: skip
def test_what_is_said_of_it(tmp_path: Path, files: Mapping[str, str], language: str, length: int) -> None:
    project = known(tmp_path, files)
    path = tmp_path / "a" / "b.py"
    assert line_length(Document(path.as_uri(), language, ""), project) == length


def test_a_document_outside_of_the_project(tmp_path: Path) -> None:
    project = known(tmp_path / "project", {"ruff.toml": "line-length = 60\n"})
    for uri in ("untitled:a", (tmp_path / "a.py").as_uri()):
        assert line_length(Document(uri, "python", ""), project) == USUAL
    assert line_length(Document("file:///a.py", "python", ""), None) == USUAL


LONG = "options.firstPartOfIt.theLast"
THROWS = "function g(a) {\n  if (a) throw new Error('a');\n}\n"


@pytest.mark.parametrize(
    ("length", "before", "written"),
    [
        (120, THROWS, f"  if ({LONG} === undefined) throw new Error('{LONG} is undefined');\n"),
        (80, THROWS, f"  if ({LONG} === undefined) {{\n    throw new Error('{LONG} is undefined');\n  }}\n"),
        (80, "", f'  if ({LONG} === undefined) {{\n    throw new Error("{LONG} is undefined");\n  }}\n'),
        (60, "", f'    throw new Error(\n      "{LONG} is undefined"\n    );\n  }}\n'),
    ],
)
def test_an_error_that_is_too_long_is_wrapped(tmp_path: Path, length: int, before: str, written: str) -> None:
    text, (span,) = marked_spans(f"{before}function f(options?: X) {{\n  ⟦{LONG}⟧.run();\n}}\n")
    tree = parse(text, "typescript")
    assert tree is not None
    project = known(tmp_path, {".prettierrc": f'{{"printWidth": {length}}}'})
    file = EcmaScript().open(Document((tmp_path / "a.ts").as_uri(), "typescript", text), tree, project)
    finding = Finding(span, "ts", "18048", f"'{LONG}' is possibly 'undefined'.")
    place = file.place(finding)
    assert place is not None
    made = [offer for offer in file.offers(place, (finding,)) if offer.strategy is Strategy.RAISE]
    assert written in apply_edits(text, made[0].edits)
