"""The configuration in `docs/editors/emacs.md`, in the real Emacs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from editors.workbench import MAYBE_NONE, chosen_fix, editor, fenced, project, scripted_breadknife

pytestmark = pytest.mark.editor

EGLOT_TEST = Path(__file__).with_name("eglot_test.el")
SECONDS = 120
PROSE = "This is an useful option.\n"
SAYS = {"def add(": "a, b): return a + b", "def both():\n": "    one = 1\n    return one\n"}


@pytest.mark.parametrize(
    ("test", "name", "text"),
    [
        pytest.param(
            "breadknife-nullcheck",
            "a.py",
            MAYBE_NONE,
            marks=pytest.mark.shows("Emacs", "null findings", "null fixes"),
        ),
        (
            "breadknife-nullcheck-javascript",
            "a.js",
            "export function f(m) {\n  const x = m.match(/a/);\n  return x[0];\n}\n",
        ),
        pytest.param(
            "breadknife-prose",
            "a.md",
            PROSE,
            marks=pytest.mark.shows("Emacs", "prose findings", "prose fixes"),
        ),
        ("breadknife-prose", "a.txt", PROSE),
        pytest.param("breadknife-completion", "a.py", "\n", marks=pytest.mark.shows("Emacs", "completion in a menu")),
        pytest.param("breadknife-completion-of-lines", "a.py", "\n", marks=pytest.mark.shows("Emacs", "several lines")),
    ],
)
def test_emacs(tmp_path: Path, test: str, name: str, text: str) -> None:
    environment = scripted_breadknife(tmp_path, SAYS)
    configuration = tmp_path / "init.el"
    configuration.write_text("".join(fenced("editors/emacs.md", "elisp", index) for index in (0, 1)), "utf-8")
    run_in_emacs(tmp_path, test, name, text, environment, configuration)
    assert chosen_fix(tmp_path) == ({"m": "raise"} if test == "breadknife-nullcheck" else {})


@pytest.mark.shows("Emacs", "settings written by `breadknife setup`")
def test_what_setup_writes_is_enough(tmp_path: Path) -> None:
    environment = scripted_breadknife(tmp_path, SAYS)
    subprocess.run([tmp_path / "bin" / "breadknife", "setup", "emacs", "--write"], env=environment, check=True)
    configuration = Path(environment["HOME"]) / ".emacs.d" / "init.el"
    run_in_emacs(tmp_path, "breadknife-prose", "a.md", PROSE, environment, configuration)


def run_in_emacs(
    folder: Path, test: str, name: str, text: str, environment: dict[str, str], configuration: Path
) -> None:
    program = editor("emacs")
    file = project(folder, name, text)
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
