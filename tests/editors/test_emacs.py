"""The configuration in `docs/editors/emacs.md`, in the real Emacs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from editors.workbench import MAYBE_NONE, chosen_fix, editor, fenced, project, scripted_breadknife

pytestmark = pytest.mark.editor

EGLOT_TEST = Path(__file__).with_name("eglot_test.el")
SECONDS = 120
SAYS = {"def add(": "a, b): return a + b", "def both():\n": "    one = 1\n    return one\n"}


@pytest.mark.parametrize(
    ("test", "name", "text"),
    [
        ("breadknife-nullcheck", "a.py", MAYBE_NONE),
        (
            "breadknife-nullcheck-javascript",
            "a.js",
            "export function f(m) {\n  const x = m.match(/a/);\n  return x[0];\n}\n",
        ),
        ("breadknife-prose", "a.md", "This is an useful option.\n"),
        ("breadknife-prose", "a.txt", "This is an useful option.\n"),
        ("breadknife-completion", "a.py", "\n"),
        ("breadknife-completion-of-lines", "a.py", "\n"),
    ],
)
def test_emacs(tmp_path: Path, test: str, name: str, text: str) -> None:
    program = editor("emacs")
    environment = scripted_breadknife(tmp_path, SAYS)
    configuration = tmp_path / "init.el"
    configuration.write_text("".join(fenced("editors/emacs.md", "elisp", index) for index in (0, 1)), "utf-8")
    file = project(tmp_path, name, text)
    run_test = f"(ert-run-tests-batch-and-exit '{test})"
    run = subprocess.run(
        [program, "-Q", "--batch", "-l", EGLOT_TEST, "-l", configuration, "--eval", run_test],
        env=environment | {"BREADKNIFE_FILE": str(file)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert chosen_fix(tmp_path) == ({"m": "raise"} if test == "breadknife-nullcheck" else {})
