"""`breadknife lint` again over a folder of code and documents: what prose and drift found is read as long as nothing
has changed on which it depends, and is what they would find."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.cli.lint import kept
from breadknife.plugins.drift.plugin import DriftPlugin
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.recipes.folders import user_folder
from breadknife.task.values import CheckRequest
from cli.commands import within
from project.folders import git, write

CODE = '''\
"""Opens the grebfile of a user, and all of thier other files."""


def open_all(path, mode):
    """Open it.

    :param path: where it is
    :param modus: how it is opend
    """
    return path, mode
'''
FILES = {
    "code.py": CODE,
    "other.py": '"""Teh second grebfile."""\n\n\ndef other(k):\n    """Return the next. It take k."""\n    return k\n',
    "README.md": (
        "# Grebfiles\n\nSee [the guide](docs/guide.md#how-to-open) and [the picture](docs/a.png), a email from Ada.\n\n"
        "Call `open_all` with a path. It opens evry file of the data base.\n"
    ),
    "docs/guide.md": "# Guide\n\n## How to open\n\nThe database is opened by `open_all`. Each database has a name.\n",
    "docs/more.md": "# More\n\nA database, and another database: both have thier names.\n",
    "notes.po": 'msgid "Teh file"\nmsgstr ""\n',
}
RECIPE = """\
recipe = 1
name = "spaced"
title = "Write it in two words"
languages = ["markdown"]

[steps.find]
use = "select.match"
pattern = "database"
anywhere = true

[show]
as = "finding"
text = "$find.texts"
at = "$find.places"
severity = "warning"
"""
CHANGES: dict[str, Callable[[Path, int], object]] = {
    "a word of the dictionary": lambda at, n: toggle(
        at / ".breadknife/dictionary.txt", ("thier\n", "grebfile\n")[n % 2]
    ),
    "an ignored rule": lambda at, n: toggle(at / ".breadknife/ignores.txt", "SpellCheck\t*\t\t\n"),
    "an identifier that makes a word one of the project's": lambda at, n: toggle(at / "new.py", "evry = opend = 1\n"),
    "a document that says a word": lambda at, n: toggle(at / f"docs/{n % 4}.md", "# Evry\n\nEvry data base.\n"),
    "a setting": lambda at, n: toggle(at / "breadknife.toml", f"[prose]\ndialect = 'en-{('GB', 'AU')[n % 2]}'\n"),
    "the text": lambda at, n: change(at / "code.py", "path is", f"path is {n}", "a grebfile"),
    "the text of a document": lambda at, n: change(at / "docs/more.md", "A ", f"Recieve {n} a "),
    "a picture that is linked": lambda at, n: toggle(at / "docs/a.png", "\0"),
    "a heading that is linked": lambda at, n: change(at / "docs/guide.md", "How to open", "How to shut"),
    "a file that is linked": lambda at, n: toggle(at / "docs/guide.md", FILES["docs/guide.md"]),
    "a parameter": lambda at, n: change(at / "code.py", "(path, mode)", "(path, modus)"),
    "a definition that documents name": lambda at, n: change(at / "code.py", "def open_all", f"def open_{n}"),
    "a commit": lambda at, n: git(at, "add", "-A") + git(at, "commit", "-q", "--allow-empty", "-m", "more"),
    "the name of a file": lambda at, n: rename(at / "other.py", at / "another.py"),
    "a recipe of the user": lambda at, n: toggle(user_folder() / "spaced.toml", RECIPE),
    "what git has noted": lambda at, n: git(at, "add", "-A"),
}


def toggle(path: Path, text: str) -> None:
    """Write a file, or remove it if it is there."""
    path.unlink() if path.exists() else write(path.parent, {path.name: text})


def change(path: Path, old: str, *new: str) -> None:
    if path.exists():
        text = path.read_text()
        path.write_text(text.replace(old, " ".join(new)) if old in text else text.replace(" ".join(new), old))


def rename(one: Path, other: Path) -> None:
    before, after = (one, other) if one.exists() else (other, one)
    text = before.read_text()
    before.unlink()
    after.write_text(text.replace("take k", "takes k"))


@pytest.fixture
def asked(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plugins and files that were asked about."""
    asked: list[str] = []
    for plugin in (ProsePlugin, DriftPlugin, NullCheckPlugin, RecipesPlugin):

        def note(
            self: object, request: object, context: object, name: str = plugin.name, answer: object = plugin.answer
        ) -> object:
            if isinstance(request, CheckRequest):
                asked.append(f"{name} {request.document.path.name}")  # pyright: ignore
            return answer(self, request, context)  # pyright: ignore

        monkeypatch.setattr(plugin, "answer", note)
    monkeypatch.setattr(kept, "_LEAST", 1)
    folder = write(tmp_path / "here", FILES)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "all")
    return asked


def lint(folder: Path) -> str:
    done = within(folder, "lint", "--format", "json", "--offline", "--jobs", "1", "--min-confidence", "low", ".")
    assert done.returncode in (0, 1)
    return done.stdout


def test_nobody_is_asked_again(tmp_path: Path, asked: list[str]) -> None:
    first = lint(tmp_path / "here")
    assert {each.partition(" ")[0] for each in asked} == {"prose", "drift", "nullcheck", "recipes"}
    for wrong in ("thier", "modus", "evry", "a.png"):
        assert wrong in first
    asked.clear()
    assert lint(tmp_path / "here") == first
    assert asked == []


def test_only_what_a_word_matters_to_is_asked_again(tmp_path: Path, asked: list[str]) -> None:
    folder = tmp_path / "here"
    lint(folder)
    asked.clear()
    write(folder, {"new.py": "opend = 1\n"})
    assert "opend" not in lint(folder)
    assert sorted(each for each in asked if each.startswith(("prose", "drift"))) == [
        "drift new.py", "prose code.py", "prose new.py",
    ]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change(change: str, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    lint(folder)
    for number in range(2):
        CHANGES[change](folder, number)
        again = lint(folder)
        with monkeypatch.context() as without:
            without.setattr(kept, "_LEAST", 1000)
            assert again == lint(folder)


@pytest.mark.parametrize("seed", range(3))
def test_random_changes(seed: int, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, chance = tmp_path / "here", random.Random(seed)
    lint(folder)
    for number in range(12):
        names = chance.sample(list(CHANGES), chance.randint(1, 3))
        for name in names:
            CHANGES[name](folder, number)
        again = lint(folder)
        with monkeypatch.context() as without:
            without.setattr(kept, "_LEAST", 1000)
            assert again == lint(folder), names
