"""Which files are looked at again after an edit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.verify.ladder import importers
from breadknife.task.values import DocumentEdits
from breadknife.text.document import Document, Span, TextEdit
from project.folders import known

A = "def f(s: str):\n    return s\n\n\ndef g():\n    pass\n"


@pytest.mark.parametrize(
    ("files", "start", "expected"),
    [
        ({"b.py": "from a import g\n", "c.py": "from a import f\n", "d.py": "import os\n"}, 0, ["c.py", "b.py"]),
        ({"b.py": "import a\na.g()\n", "c.py": "import a\na.f()\n"}, 36, ["b.py", "c.py"]),
        ({"b.py": "from a import f\n", "c.py": "from a import f as g\n"}, 0, ["b.py", "c.py"]),
        ({"p/__init__.py": "from a import f\n", "c.py": "from p import f\n"}, 0, ["c.py", "p/__init__.py"]),
        ({"p/__init__.py": "from a import f as h\n", "c.py": "from p import h\n", "d.py": "from p import g\n"}, 0,
         ["p/__init__.py", "c.py", "d.py"]),
    ],
)  # fmt: skip
def test_importers(tmp_path: Path, files: Mapping[str, str], start: int, expected: list[str]) -> None:
    project = known(tmp_path, {"a.py": A, **files})
    document = Document((tmp_path / "a.py").as_uri(), "python", A)
    found = importers(project, DocumentEdits(document, (TextEdit(Span(start, start + 5), ""),)))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == expected
