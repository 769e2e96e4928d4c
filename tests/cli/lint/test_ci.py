"""breadknife where other programs run it: pre-commit, GitHub's runner, GitHub's code scanning."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.commands import breadknife
from project.folders import write

ROOT = Path(__file__).parents[3]
NULL = 'import re\n\nre.match("a", "b").group()\n'
PROSE = "This is an useful text.\n"
SARIF_MULTITOOL = "@microsoft/sarif-multitool@5.7.0"
HARPER_ALONE = (
    "[prose]\nlanguagetool = false\nmodel = false\n[nullcheck]\nseverity_medium = 'warning'\nseverity_low = 'warning'\n"
)


def optional(folder: Path, *command: str | Path) -> None:
    """Fetch a program; a machine that can't skips the test, but for CI."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        why = "" if done.returncode == 0 else done.stderr.strip()[-500:]
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error)
    if why:
        assert not os.environ.get("CI"), why
        pytest.skip(why)


# --- action.yml -------------------------------------------------------------------------------------------------------

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
CHECK = [step for step in ACTION["runs"]["steps"] if step["name"] in ("Check", "Tell the result")]


def filled(text: str, values: Mapping[str, str]) -> str:
    """With each `${{ name }}` replaced, as GitHub's runner does. Raises KeyError for a name that isn't there."""
    return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", lambda found: values[found[1]], text)


def run_action(folder: Path, temp: Path, steps: Sequence[dict[str, Any]], **inputs: str) -> tuple[int, str, str]:
    """The exit code of the last step, what the steps wrote, and the output `exit-code`."""
    given = {f"inputs.{name}": str(each["default"]) for name, each in ACTION["inputs"].items()}
    given |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    given |= {"runner.temp": str(temp), "github.action_path": str(ROOT)}
    outputs = temp / "outputs"
    outputs.touch()
    files = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(temp / "summary.md")}
    told, code = "", 0
    for step in steps:
        if "run" not in step or "if" in step:  # the runner has others, such as `actions/cache`
            continue
        assert step["shell"] == "bash"
        values = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        values = {f"steps.{id}.outputs.{name}": value for name, value in values.items() for id in ("lint", "install")}
        environment = {name: filled(value, {**given, **values}) for name, value in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder, env={**os.environ, **environment, **files}, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        told, code = told + done.stdout + done.stderr, done.returncode
        if code:
            break
    return code, told, outputs.read_text()


@pytest.fixture
def checkout(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "checkout"
    write(folder, {"a b.py": NULL, "c.py": "x = 1\n", "d.md": PROSE, "breadknife.toml": HARPER_ALONE})
    return folder


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"paths": "a b.py\n", "args": "--only=nullcheck"}, 1, "::warning file=a b.py,line=3,"),
        ({"paths": "c.py", "args": "--only=nullcheck"}, 0, ""),
        ({"paths": "c.py\nnowhere\n", "args": "--only=nullcheck"}, 2, "nowhere: no such file or folder"),
        ({"args": "--only=nullcheck\n--exit-zero"}, 0, "::warning file=a b.py,line=3,"),
    ],
)
def test_the_check_of_the_action(checkout: Path, tmp_path: Path, inputs: dict[str, str], code: int, said: str) -> None:
    """With what is installed here in place of what its first step installs."""
    temp = tmp_path / "runner"
    temp.mkdir()
    (temp / "breadknife").symlink_to(sys.prefix, target_is_directory=True)
    ended, told, outputs = run_action(checkout, temp, CHECK, **inputs)
    assert (ended, outputs) == (code, f"exit-code={code}\n"), told
    assert said in told
    assert (temp / "summary.md").read_text("utf-8").startswith("### breadknife: ")


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(("only", "lines"), [("true", ["3"]), ("false", ["1", "3"])])
def test_the_action_shows_what_a_pull_request_brings(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only: str, lines: list[str]
) -> None:
    """In a shallow clone of the merge that GitHub makes."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@b")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    def git(*words: str | Path, folder: Path = checkout) -> None:
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)

    git("init", "-qb", "main")
    git("add", "-A")
    git("commit", "-qm", "base")
    git("checkout", "-qb", "topic")
    write(checkout, {"d.md": f"{PROSE}\n{PROSE}"})
    git("commit", "-qam", "topic")
    git("checkout", "-qb", "merged", "main")
    git("merge", "-q", "--no-ff", "topic")
    clone, temp = tmp_path / "clone", tmp_path / "runner"
    git("clone", "-q", "--depth=1", "--branch=merged", checkout.as_uri(), clone)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    temp.mkdir()
    (temp / "breadknife").symlink_to(sys.prefix, target_is_directory=True)
    _, told, _ = run_action(clone, temp, CHECK, only_changes=only, paths="d.md")
    assert re.findall(r"file=d\.md,line=(\d+)", told) == lines, told
    _, told, _ = run_action(clone, temp, CHECK, only_changes=only, paths="d.md", comments="true")
    assert re.findall(r"^d\.md:(\d+):", told, re.MULTILINE) == lines, told  # not beside the lines as well
    found = json.loads((temp / "breadknife.rdjson").read_text("utf-8"))["diagnostics"]
    assert [str(each["location"]["range"]["start"]["line"]) for each in found] == lines


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_all_steps_of_the_action(checkout: Path, tmp_path: Path) -> None:
    temp = tmp_path / "runner"
    temp.mkdir()
    ended, told, outputs = run_action(
        checkout, temp, ACTION["runs"]["steps"], python=sys.executable, format="sarif", output_file="all.sarif"
    )
    assert (ended, outputs.splitlines()[1:]) == (1, ["exit-code=1"]), told
    assert re.fullmatch(r"kept=[\d.]+-[0-9a-f]{12}-", outputs.splitlines()[0])
    [run] = json.loads((checkout / "all.sarif").read_text("utf-8"))["runs"]
    assert {result["ruleId"] for result in run["results"]} == {"harper/AnA", "nullcheck/none-attribute"}


def test_the_page_gives_the_action_what_it_takes() -> None:
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    examples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    steps = [step for each in examples for step in _steps(each) if "breadknife" in step.get("uses", "")]
    assert len(steps) == 2
    assert {name for step in steps for name in step["with"]} <= set(ACTION["inputs"])
    named = set(re.findall(r"^\| (`.*?) \|", page.partition("| input | default")[2], re.MULTILINE))
    assert {name.strip("` ") for each in named for name in each.split(",")} == set(ACTION["inputs"])


def _steps(example: Any) -> list[dict[str, Any]]:
    """The steps of a workflow, or of a part of one."""
    if isinstance(example, list):
        return [step for step in example if isinstance(step, dict)]
    return [step for job in example.get("jobs", {}).values() for step in job["steps"]]


def test_the_feature_of_dev_containers_has_what_its_script_reads() -> None:
    folder = ROOT / "release/devcontainer/src/breadknife"
    feature = json.loads((folder / "devcontainer-feature.json").read_text("utf-8"))
    script = (folder / "install.sh").read_text("utf-8")
    assert {name for name in feature["options"] if name.upper() in script} == {"version", "parts"}


# --- pre-commit -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pre_commit(tmp_path: Path) -> Path:
    folder = tmp_path / "pre-commit"
    optional(tmp_path, sys.executable, "-m", "venv", folder)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    optional(tmp_path, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pre-commit>=4,<5")
    return python


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pre_commit_runs_the_hooks(
    pre_commit: Path, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real one, which installs breadknife from this repository in an environment of its own."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=checkout, check=True)

    def tried(hook: str, *files: str) -> subprocess.CompletedProcess[str]:
        command = [str(pre_commit), "-m", "pre_commit", "try-repo", str(ROOT), hook, "--files", *files]
        return subprocess.run(command, cwd=checkout, capture_output=True, text=True, encoding="utf-8")

    both = tried("breadknife", "a b.py", "c.py", "d.md")
    assert both.returncode == 1, both.stdout + both.stderr
    assert "a b.py:3:1: warning: " in both.stdout
    assert "d.md:1:9: warning: " in both.stdout
    null = tried("breadknife-null", "c.py", "d.md")
    assert null.returncode == 0, null.stdout + null.stderr
    assert "breadknife (null)" in null.stdout


# --- code scanning ----------------------------------------------------------------------------------------------------


@pytest.fixture
def multitool(tmp_path: Path) -> Path:
    install = ("install", "--prefix", tmp_path, "--ignore-scripts", "--no-audit", "--no-fund", SARIF_MULTITOOL)
    optional(tmp_path, shutil.which("npm") or "npm", *install)
    packages = (tmp_path / "node_modules" / "@microsoft").glob("sarif-multitool-*/*")
    [program] = [each for each in packages if each.name in ("Sarif.Multitool", "Sarif.Multitool.exe")]
    program.chmod(0o755)  # npm's package forgets it
    return program


@pytest.mark.slow
def test_sarif_is_what_github_wants(checkout: Path, multitool: Path) -> None:
    """The validator also compares the report with the official schema."""
    uses = "from lib import find\n\n\ndef first(key):\n    it = find(key)\n    return it.upper()\n"
    lib = "def find(key):\n    if key:\n        return key\n    return None\n"
    write(checkout, {"strange name é.py": uses, "lib.py": lib, "bad.py": "\0"})
    done = breadknife(checkout, "lint", "--format", "sarif", "--output-file", "report.sarif", ".")
    assert done.returncode == 2
    for name, expected in (("report.sarif", False), ("broken.sarif", True)):
        if expected:
            text = (checkout / "report.sarif").read_text("utf-8")
            (checkout / name).write_text(text.replace('"fullDescription"', '"fulDescription"'), "utf-8")
        said = subprocess.run(
            [multitool, "validate", "--rule-kind", "Sarif;Ghas", checkout / name],
            capture_output=True, text=True, encoding="utf-8", errors="replace",
        ).stdout  # fmt: skip
        wrong = re.findall(r"\b(?:error|warning) (?!SARIF2005)\w+:.*", said)  # SARIF2005: the project has no page yet
        assert bool(wrong) is expected, said
        assert "1 files scanned" in said
