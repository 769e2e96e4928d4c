"""Children run nothing of the current folder: neither its Python modules, nor its programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from breadknife import children

MODULES = ("breadknife", "msgspec", "sitecustomize", "usercustomize", "struct", "multiprocessing", "pickle")
SUFFIX = ".cmd" if sys.platform == "win32" else ""


def put_program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / (name + SUFFIX)
    program.write_text("@echo off\n" if SUFFIX else "#!/bin/sh\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def repository(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, whose modules leave a file `ran`."""
    folder = tmp_path / "repository"
    (folder / "tools").mkdir(parents=True)
    for name in MODULES:
        for module in (folder / f"{name}.py", folder / "tools" / f"{name}.py"):
            module.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r} + ' ')\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("value", ["", ".", "{sep}tools"])
@pytest.mark.parametrize("module", ["breadknife.steps.worker", "breadknife.cli.lint.worker"])
def test_modules_of_the_current_folder_are_not_imported(
    repository: Path, module: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", value.format(sep=os.pathsep))
    done = children.run(children.python_module(module, "pdf"), seconds=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert not (repository.parent / "ran").exists()


def test_python_without_these_options_would_import_them(repository: Path) -> None:
    """Otherwise the test above couldn't fail."""
    children.run([sys.executable, "-m", "breadknife.steps.worker"], folder=repository, seconds=60)
    assert (repository.parent / "ran").read_text().startswith("breadknife ")


# PATH, with {repo} for the current folder and {bin} for a folder elsewhere -> where `git` is found
SEARCHES = {
    "a relative entry": (".", None),
    "an empty entry": ("", None),
    "a relative entry before another": (".:{bin}", "{bin}"),
    "the current folder by its path": ("{repo}:{bin}", "{bin}"),
    "a folder in it": ("{repo}/tools:{bin}", "{bin}"),
    "a link into it": ("{link}:{bin}", "{bin}"),
    "a folder elsewhere": ("{bin}", "{bin}"),
}


@pytest.mark.parametrize(("path", "expected"), SEARCHES.values(), ids=SEARCHES)
def test_programs_are_looked_for_outside_of_the_current_folder(
    repository: Path, path: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, link = repository.parent / "bin", repository.parent / "link"
    for folder in (repository, repository / "tools", elsewhere):
        put_program(folder, "git")
    try:
        link.symlink_to(repository / "tools")
    except OSError:
        pytest.skip("Windows makes no links here")
    places = {"repo": str(repository), "bin": str(elsewhere), "link": str(link)}
    monkeypatch.setenv("PATH", path.replace(":", os.pathsep).format(**places))
    found = children.find_program("git")
    assert (found and os.path.dirname(found)) == (expected and expected.format(**places))
    assert all(os.path.isabs(entry) for entry in children.environment()["PATH"].split(os.pathsep) if entry)


def test_a_program_that_leads_into_a_foreign_folder_is_passed_over(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, foreign = repository.parent / "bin", repository.parent / "foreign"
    elsewhere.mkdir()
    try:
        (elsewhere / ("vale" + SUFFIX)).symlink_to(put_program(foreign, "vale"))
    except OSError:
        pytest.skip("Windows makes no links here")
    monkeypatch.setenv("PATH", str(elsewhere))
    assert children.find_program("vale", outside=foreign) is None
    assert children.find_program("vale")


def test_a_current_folder_that_has_our_python_in_it_is_nobody_s_project(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(sys.prefix).parent)
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    assert list(children.search_folders()) == [os.path.dirname(sys.executable)]


def test_a_program_must_be_named_by_an_absolute_path() -> None:
    with pytest.raises(OSError, match="not an absolute path"):
        children.start(["git", "status"])


def test_children_run_in_a_folder_of_ours(repository: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print([name for name in os.environ if name.startswith('PYTHON')])"
    done = children.run([sys.executable, "-c", code], seconds=60)
    assert done.stdout.decode().split() == [str(children.own_folder().resolve()), "[]"]


SLEEPING = "import time; print(1, flush=True); time.sleep(600)"
STARTING = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPING!r}])"


def test_a_program_ends_with_what_it_has_started(home: Path) -> None:
    process = children.start([sys.executable, "-c", STARTING], stdout=children.PIPE)
    with process:
        assert process.stdout
        process.stdout.read(1)
        members = children.family(process)
        assert len(members) == 2
        children.kill(members)
        _, alive = psutil.wait_procs(members)
    assert alive == []
    assert children.family(process) == []


def test_a_program_that_takes_too_long_is_ended(home: Path) -> None:
    with pytest.raises(TimeoutError, match="has not ended within"):
        children.run([sys.executable, "-c", "input(); import time; time.sleep(600)"], given=b"x\n", seconds=1)
