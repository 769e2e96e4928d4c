"""The real checkers, as they are installed for development."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, CheckerTool
from breadknife.plugins.nullcheck.verify.oracle.values import NO_TEXTS, RunningChecker
from nullcheck.oracle.development import checker_for, native_typescript

PYTHON = {
    "a.py": "import re\n\n\ndef f(s: str):\n    return re.match('a', s).end()\n",
    "b.py": "from a import f\n\nf('é😀').bit_length()\n",
}
TYPESCRIPT = {
    "tsconfig.json": json.dumps({"compilerOptions": {"strict": True}}),
    "a.ts": "export function f(s: string) {\n  return s.match(/a/).length;\n}\n",
    "b.ts": "import { f } from './a';\nf('é😀\u2028').toFixed();\n",
}
RETURNS_NONE = {
    "a.py": "def f(s: str) -> int | None:\n    return 1 if s else None\n",
    "a.ts": "export function f(s: string) {\n  return s.match(/a/)?.length ?? null;\n}\n",
}
FINDINGS = {"pyright": "reportOptionalMemberAccess", "ty": "missing-union-attribute", "pyrefly": "missing-attribute"}
IN_IMPORTER = {**FINDINGS, "tsc": "2531"}
WIDE = {
    "a.py": "import re\n\nx = ('é😀', re.match('a', 'b').end())\n",
    "a.ts": "export const x = ['é😀\u2028', 'a'.match(/a/).length];\n",
}
"""The line has a character of two UTF-16 units, and a line break that is one in TypeScript alone."""
BEGINS = {"pyright": "end()", "ty": "re.match", "pyrefly": "re.match", "tsc": "'a'.match"}


NATIVE = "tsc 7"


@pytest.fixture(params=["pyright", "ty", "pyrefly", "tsc", NATIVE])
def checked(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple]:
    root = tmp_path / "a folder"
    root.mkdir()
    name = "tsc" if request.param == NATIVE else request.param
    files: Mapping[str, str] = TYPESCRIPT if name == "tsc" else PYTHON
    for file, text in files.items():
        (root / file).write_text(text, "utf-8")
    found = native_typescript(root, monkeypatch) if request.param == NATIVE else checker_for(name, root, monkeypatch)
    checker = found.start("python", CancelToken.after(60))
    yield name, checker, root, {root / name: text for name, text in files.items() if "tsconfig" not in name}
    checker.close()


def native(root: Path, files: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> RunningChecker:
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")
    return native_typescript(root, monkeypatch).start("typescript", CancelToken.after(60))


def installed_as(name: str) -> CheckerTool:
    return next(tool for tool in TOOLS if tool.name == name)


def codes(
    checker: RunningChecker, texts: Mapping[Path, str], beside: Mapping[Path, str] = NO_TEXTS
) -> list[tuple[str, str]]:
    return [(each.path.name, each.code) for each in checker.problems(texts, CancelToken.after(60), beside)]


def test_what_an_edit_does_here_and_in_who_imports_it(checked) -> None:
    name, checker, root, texts = checked
    here, there = sorted(path.name for path in texts)
    before = codes(checker, texts)
    assert before == [(here, IN_IMPORTER[name])]
    changed = texts | {root / here: RETURNS_NONE[here]}
    assert codes(checker, changed) == [(there, IN_IMPORTER[name])][: installed_as(name).sees_unsaved]
    assert codes(checker, texts) == before
    alone = {root / there: texts[root / there]}
    assert codes(checker, alone) == []
    assert codes(checker, alone, changed) == [(there, IN_IMPORTER[name])][: installed_as(name).sees_unsaved]
    assert codes(checker, alone) == []
    assert (root / here).read_text("utf-8") == texts[root / here]


def test_where_a_problem_begins(checked) -> None:
    name, checker, root, texts = checked
    here = min(path.name for path in texts)
    [problem] = checker.problems({root / here: WIDE[here]}, CancelToken.after(60))
    assert WIDE[here][problem.start :].startswith(BEGINS[name])


def test_one_text_after_the_other_is_seen_as_it_is(checked) -> None:
    name, checker, root, texts = checked
    if name != "tsc":
        return
    path = root / min(each.name for each in texts)
    use = "export const x = 'a'.match(/a/).length;"
    for text in (
        use,
        f"'é😀\u2028';\n{use}",
        f"'é😀\u2028';\r\n{use}",
        f"'é\u2028';\r{use}\r\n",
        f"'é\u2028';\r{use}\n",
        f"'é\u2028😀';\r\n\r\n{use}\n\u2029\n",
        f"// 😀 {use}\n{use}",
        f"// 🙀 {use}\n{use}",
        use,
    ):
        [problem] = checker.problems({path: text}, CancelToken.after(60))
        assert text.rindex("'a'.match") == problem.start


def test_who_gives_up_can_ask_again(checked) -> None:
    _, checker, _, texts = checked
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        checker.problems(texts, cancel)
    assert len(codes(checker, texts)) == 1


@pytest.fixture
def others() -> list[psutil.Process]:
    """Children of the tests that ran before."""
    return psutil.Process().children(recursive=True)


def test_nothing_of_it_is_left_after_the_end(others, checked) -> None:
    _, checker, _, texts = checked
    codes(checker, texts)
    family = [each for each in psutil.Process().children(recursive=True) if each not in others]
    assert family
    checker.close()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


@pytest.mark.parametrize("is_shown", [True, False])
def test_what_is_saved_while_it_runs_counts(checked, is_shown: bool) -> None:
    name, checker, root, texts = checked
    here, there = sorted(path.name for path in texts)
    alone = {root / there: texts[root / there]}
    codes(checker, texts if is_shown else alone)
    assert codes(checker, alone) == []
    (root / here).write_text(RETURNS_NONE[here], "utf-8")
    until = time.monotonic() + 30
    while codes(checker, alone) != [(there, IN_IMPORTER[name])]:  # tsserver looks at the disk by itself
        assert time.monotonic() < until


def test_typescript_7_is_told_which_language_a_file_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"compilerOptions": {"strict": True, "jsx": "preserve", "allowJs": True, "types": []}}
    files = {
        "tsconfig.json": json.dumps(options),
        "a.tsx": "declare global { namespace JSX { interface IntrinsicElements { b: object } } }\n"
        "export const a = <b />;\n",
        "b.js": "/** @type {string | null} */\nexport const b = null;\n",
        "c.ts": "export const c = <string>('c' as unknown);\n",
    }
    checker = native(tmp_path, files, monkeypatch)
    assert codes(checker, {tmp_path / name: files[name] for name in ("a.tsx", "b.js", "c.ts")}) == []
    checker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a script takes the place of npm")
def test_typescript_7_downloads_no_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm, called = tmp_path / "bin" / "npm", tmp_path / "called"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\ntouch '{called}'\nexit 1\n", "utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join((str(npm.parent), os.environ["PATH"])))
    root = tmp_path / "work"
    root.mkdir()
    files = {"package.json": json.dumps({"dependencies": {"lodash": "4"}}), "a.js": "const _ = require('lodash');\n"}
    checker = native(root, files, monkeypatch)
    for text in (files["a.js"], "_.map;\n" + files["a.js"]):  # the types are looked for after the first answer
        checker.problems({root / "a.js": text}, CancelToken.after(60))
    checker.close()
    assert not called.exists()
