"""A cloned repository can't hurt whoever checks it: `breadknife lint` with little memory and time, one row a trick."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from project.folders import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files and no such limit")

MEMORY = 3 << 30
"""Bytes of address space, of which the stacks of threads take most: a lint of three small files needs half of it."""
SECONDS = 100
"""For what takes about 2 s on a machine that does nothing else."""
PACKAGES = ".venv/lib/python3.11/site-packages/"

Trick = Callable[[Path], None]


def linted(folder: Path, *paths: str) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        import resource

        if sys.platform == "linux":  # other systems don't keep to it
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    command = [sys.executable, "-m", "breadknife", "lint", *(paths or ["."])]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, preexec_fn=limit
    )


@pytest.fixture
def clone(tmp_path: Path, home: Path) -> Iterator[Path]:
    """With an error in prose and one about null."""
    folder = tmp_path / "clone"
    yield write(
        folder,
        {
            ".git/HEAD": "ref: refs/heads/main\n",
            "breadknife.toml": "[prose]\nlanguagetool = false\nmodel = false\n",
            "a.md": "This is an useful option for large repositories.\n",
            "b.py": "import re\nfrom c import d\n\nre.match('a', d()).group()\n",
            "c.py": "def d():\n    return None\n",
        },
    )
    subprocess.run(["rm", "-rf", folder], check=True)  # Python can't remove folders that are so deep


# --- tricks: each makes something in the folder ---


def at(name: str, make: Callable[[Path], object]) -> Trick:
    """Something of that name, in place of what was there."""

    def trick(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            for each in path.iterdir():
                each.unlink()
            path.rmdir()
        path.unlink(missing_ok=True)
        make(path)

    return trick


def endless(name: str) -> Trick:
    return at(name, lambda path: path.symlink_to("/dev/zero"))


def pipe(name: str) -> Trick:
    return at(name, os.mkfifo)


def a_folder(name: str) -> Trick:
    return at(name, Path.mkdir)


def text(name: str, content: str) -> Trick:
    return at(name, lambda path: path.write_text(content))


def link(name: str, target: str) -> Trick:
    return at(name, lambda path: path.symlink_to(target))


def large(name: str) -> Trick:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(8 << 30)

    return at(name, make)


def leads_out(name: str) -> Trick:
    def make(path: Path) -> None:
        outside = Path(os.environ["BREADKNIFE_HOME"]).parent / "outside"
        outside.write_text("This is an useful secret.\n")
        path.symlink_to(outside)

    return at(name, make)


def both(*tricks: Trick) -> Trick:
    def trick(folder: Path) -> None:
        for each in tricks:
            each(folder)

    return trick


def deep(folder: Path) -> None:
    """More folders than functions of Python may call each other."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        for level in range(1_500):
            os.mkdir("d")
            os.chdir("d")
            if level % 50 == 0:
                Path("e.md").write_text("This is an useful option.\n")
    finally:
        os.chdir(before)


def listening(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # the address of a socket has 107 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


TRICKS: dict[str, Trick] = {
    "endless dictionary": endless(".breadknife/dictionary.txt"),
    "endless list of ignored findings": endless(".breadknife/ignores.txt"),
    "endless .gitignore": endless(".gitignore"),
    "endless .breadknifeignore": endless(".breadknifeignore"),
    "endless pyproject.toml": endless("pyproject.toml"),
    "endless package.json": both(endless("package.json"), text("e.ts", "import x from 'x'\n")),
    "endless tsconfig.json": both(endless("tsconfig.json"), text("e.ts", "import x from 'x'\n")),
    "endless go.mod": both(endless("go.mod"), text("e.go", 'package e\n\nimport "x/y"\n')),
    "endless module": endless("c.py"),
    "endless document": endless("e.md"),
    "endless .vale.ini": endless(".vale.ini"),
    "endless log of git": endless(".git/logs/HEAD"),
    "endless info/exclude of git": endless(".git/info/exclude"),
    "pipe as dictionary": pipe(".breadknife/dictionary.txt"),
    "pipe as .gitignore": pipe(".gitignore"),
    "pipe as .breadknifeignore": pipe(".breadknifeignore"),
    "pipe as pyproject.toml": pipe("pyproject.toml"),
    "pipe as module": pipe("c.py"),
    "pipe as document": pipe("e.md"),
    "pipe in an installed package": both(text(".venv/pyvenv.cfg", ""), pipe(f"{PACKAGES}c.py"), link("c.py", "gone")),
    "pipe with the heading that a link means": both(pipe("e.md"), text("f.md", "[E](e.md#e)\n")),
    "folder as document": a_folder("e.md"),
    "folder as dictionary": a_folder(".breadknife/dictionary.txt"),
    "folder as .gitignore": a_folder(".gitignore"),
    "folder as pyproject.toml": a_folder("pyproject.toml"),
    "folder as module": a_folder("c.py"),
    ".git is a pipe": pipe(".git"),
    ".git is endless": endless(".git"),
    ".git leads to a device": text(".git", "gitdir: /dev/zero\n"),
    ".git leads to itself": text(".git", "gitdir: .git\n"),
    ".git leads to no path": text(".git", "gitdir: /\0\n"),
    "socket": at("e.md", listening),
    "link to the folder itself": link("again", "."),
    "link to itself": link("e.md", "e.md"),
    "links to each other": both(link("e.md", "f.md"), link("f.md", "e.md")),
    "link that leads out": leads_out("e.md"),
    "dictionary that leads out": leads_out(".breadknife/dictionary.txt"),
    "module that leads out": leads_out("c.py"),
    "folders in folders": deep,
    "document of 8 GB": large("e.md"),
    "module of 8 GB": large("c.py"),
    "dictionary of 8 GB": large(".breadknife/dictionary.txt"),
    "patterns that match in many ways": both(
        text(".gitignore", "*a" * 40 + "b\n" + "**/a/" * 40 + "b\n"), text("a" * 200 + ".md", "Fine.\n")
    ),
    "comments without an end": both(text("tsconfig.json", "/*" * 200_000), text("e.ts", "import x from 'x'\n")),
    ".vale.ini of blanks": text(".vale.ini", "StylesPath = a" + " " * 60_000 + "b\n"),
}


TOGETHER: tuple[tuple[str, ...], ...] = (
    tuple(name for name in TRICKS if name.startswith("endless")),
    (*(name for name in TRICKS if name.startswith("pipe as")), "pipe with the heading that a link means"),
    ("pipe in an installed package", "dictionary of 8 GB", "link that leads out", "patterns that match in many ways"),
    tuple(name for name in TRICKS if name.startswith("folder as")),
    (".git is a pipe", "link to the folder itself", "links to each other"),
    (".git is endless", "module that leads out", "socket"),
    (".git leads to a device", "document of 8 GB", "module of 8 GB"),
    (".git leads to itself", "link to itself", "dictionary that leads out", ".vale.ini of blanks"),
    (".git leads to no path", "comments without an end", "folders in folders"),
)
"""Tricks that need different files, so that one check meets them all: to start a check takes longer than they do."""


def check_does_no_harm(clone: Path, *tricks: str) -> None:
    for trick in tricks:
        TRICKS[trick](clone)
    done = linted(clone)
    assert done.returncode == 1, done.stderr
    assert "a.md:1:9:" in done.stdout
    assert "secret" not in done.stdout


def test_each_trick_is_tried() -> None:
    assert {name for names in TOGETHER for name in names} == TRICKS.keys()


@pytest.mark.parametrize("tricks", TOGETHER, ids=", ".join)
def test_a_clone_can_not_hurt(clone: Path, tricks: tuple[str, ...]) -> None:
    check_does_no_harm(clone, *tricks)


@pytest.mark.slow
@pytest.mark.parametrize("trick", TRICKS)
def test_a_single_trick_can_not_hurt(clone: Path, trick: str) -> None:
    check_does_no_harm(clone, trick)


@pytest.mark.parametrize(
    ("trick", "told"),
    [
        (endless("breadknife.toml"), "breadknife.toml: can't be read: not a regular file"),
        (pipe("breadknife.toml"), "breadknife.toml: can't be read: not a regular file"),
        (large("breadknife.toml"), "breadknife.toml: can't be read: larger than 1 MB"),
        (text("pyproject.toml", "breadknife" + ".a" * 50_000 + " = 1\n"), "pyproject.toml:1: not TOML: a key of more"),
        (text("pyproject.toml", "breadknife = " + "[" * 100_000), "pyproject.toml:1: not TOML: nested too deeply"),
    ],
    ids=["endless", "pipe", "large", "long key", "deep list"],
)
def test_settings_that_can_not_be_read_are_told(clone: Path, trick: Trick, told: str) -> None:
    trick(clone)
    done = linted(clone)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("trick", "told"),
    [
        (endless("e.md"), "e.md: not a regular file"),
        (pipe("e.md"), "e.md: not a regular file"),
        (large("e.md"), "e.md: larger than 16 MB"),
        (link("e.md", "e.md"), "e.md: no such file or folder"),
        (at("e.md", listening), "e.md: not a regular file"),
    ],
    ids=["endless", "pipe", "large", "link to itself", "socket"],
)
def test_what_is_named_and_can_not_be_read_is_told(clone: Path, trick: Trick, told: str) -> None:
    trick(clone)
    done = linted(clone, "e.md")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
