"""`breadknife shelf`, as its help says."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from breadknife.cli.shelf import adding
from breadknife.engine.models.catalog import ModelInfo, builtin_catalog
from breadknife.errors import DownloadFailed
from breadknife.plugins.shelf.default_models import default_models
from breadknife.plugins.shelf.index.database import index_of
from breadknife.plugins.shelf.index.vectors import identity_of
from breadknife.setup.choosing import Parts
from cli.commands import breadknife, within
from shelf.making import BREAD, encrypted_pdf

SCRIPT = "[]"
MODEL = builtin_catalog().model("all-minilm-l6-v2")


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    (made / "bread.pdf").write_bytes(BREAD.read_bytes())
    (tmp_path / "script.json").write_text(SCRIPT)
    return made


KEEPS = "How long does rye bread keep?"
"""Page 5 answers it."""


def test_the_way_of_a_first_shelf(folder: Path, tmp_path: Path) -> None:
    (folder / "locked.pdf").write_bytes(encrypted_pdf())
    script = ("--engine-script", "script.json")
    added = within(tmp_path, "shelf", "add", "papers", *script)
    assert added.returncode == 0
    head, amounts, skipped = added.stdout.splitlines()
    assert head == str(folder)
    assert re.fullmatch(r"  1 file, 5 pages, \d+ kB of index", amounts)
    assert skipped == "  skipped locked.pdf: it is encrypted → save a copy without a password"
    assert within(tmp_path, "shelf", "status").stdout == added.stdout
    asked = within(tmp_path, "shelf", "ask", KEEPS, *script)
    quote, place, link, *_, searched, receipt = asked.stdout.splitlines()
    assert quote.startswith("> ")
    assert "rye bread for a week" in quote
    assert searched == "searched: 5 pages of 1 file, by words and meaning"
    assert place == "  bread, p. 5"
    assert link == f"  {(folder / 'bread.pdf').as_uri()}#page=5"
    assert receipt.startswith("all-minilm-l6-v2, ")
    assert receipt.endswith(" ms, 0 bytes off this machine")
    assert within(tmp_path, "shelf", "remove", "papers").returncode == 0
    assert within(tmp_path, "shelf", "status").stdout == (
        "No folder is on the shelf; `breadknife shelf add FOLDER` adds one.\n"
    )
    assert sorted(each.name for each in folder.iterdir()) == ["bread.pdf", "locked.pdf"]


def test_json(folder: Path, tmp_path: Path) -> None:
    options = ("--json", "--engine-script", "script.json")
    [added] = json.loads(within(tmp_path, "shelf", "add", "papers", *options).stdout)
    assert added["folder"] == str(folder)
    assert (added["files"], added["pages"], added["chunks_waiting"], added["skipped"]) == (1, 5, 0, [])
    asked = json.loads(within(tmp_path, "shelf", "ask", KEEPS, "--json", "--engine-script", "script.json").stdout)
    assert asked["quotes"][0]["page"] == 5
    assert asked["searched"] == "5 pages of 1 file, by words and meaning"
    assert asked["bytes_sent"] == 0


def test_offline_and_without_a_model_words_are_searched(folder: Path, tmp_path: Path) -> None:
    added = breadknife(tmp_path, "--offline", "shelf", "add", "papers")
    assert added.returncode == 0
    assert "only words are searched, not meanings: " in added.stderr
    assert "13 of 13 chunks are found by their words only: `breadknife shelf add` makes their vectors" in added.stdout
    asked = breadknife(tmp_path, "--offline", "shelf", "ask", KEEPS)
    assert asked.returncode == 0
    assert "rye bread for a week" in asked.stdout
    assert asked.stdout.splitlines()[-1].startswith("no model, ")
    assert breadknife(tmp_path, "shelf", "ask", "Xylophones?").returncode == 1


NOT_FOUND = "How much does the loaf consume?"


def test_where_no_model_was_asked_an_answer_says_so(folder: Path, tmp_path: Path) -> None:
    """Never that the shelf says nothing, when half of the search was missing; nor a model in the receipt. What has the
    words is shown as near."""
    added = breadknife(tmp_path, "--offline", "shelf", "add", "papers", "--json")
    [row] = json.loads(added.stdout)
    assert row["words_only"] == (
        "only words are searched, not meanings: the model all-minilm-l6-v2 isn't on this machine; "
        "`breadknife models pull all-minilm-l6-v2`, then `breadknife shelf add`"
    )
    asked = breadknife(tmp_path, "--offline", "shelf", "ask", NOT_FOUND)
    assert asked.returncode == 1
    assert asked.stdout.startswith("No passage answers it for sure. Near, but no answer:\n\n~ ")
    *_, searched, receipt = asked.stdout.splitlines()
    assert searched == "searched: 5 pages of 1 file, by words alone: no passage has a vector yet"
    assert receipt.startswith("no model, ")
    silent = breadknife(tmp_path, "--offline", "shelf", "ask", "Xylophones?")
    assert silent.stderr == (
        "breadknife: No page has a word of it, or a like meaning (5 pages of 1 file, by words alone: no passage has a "
        "vector yet). → run `breadknife shelf add`\n"
    )
    assert silent.stdout.startswith("no model, ")


def test_where_the_model_has_gone_an_answer_says_so(folder: Path, tmp_path: Path) -> None:
    """The vectors are there, and nothing to compare them with."""
    within(tmp_path, "shelf", "add", "papers", "--engine-script", "script.json")
    with sqlite3.connect(index_of(folder)) as index:
        index.execute("UPDATE about SET model = ?", (identity_of(MODEL.name, f"{MODEL.sha256} build"),))
    asked = breadknife(tmp_path, "--offline", "shelf", "ask", NOT_FOUND)
    assert "by words alone: all-minilm-l6-v2 isn't on this machine" in asked.stdout
    assert asked.stdout.splitlines()[-1].startswith("no model, ")
    found = json.loads(breadknife(tmp_path, "--offline", "shelf", "ask", KEEPS, "--json").stdout)
    assert (len(found["quotes"]) > 0, found["model"]) == (True, "")


def test_a_folder_that_is_gone_does_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    script = ("--engine-script", "script.json")
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / "a.txt").write_text("Rye.")
    for each in ("papers", "drive"):
        assert within(tmp_path, "shelf", "add", each, *script).returncode == 0
    (tmp_path / "drive").rename(tmp_path / "unplugged")
    (folder / "new.txt").write_text("Zucchini bread.")
    added = within(tmp_path, "shelf", "add", *script)
    assert added.returncode == 2
    assert f"{tmp_path / 'drive'} is no folder, or isn't there now; plug its drive in" in added.stderr
    assert added.stdout.startswith(f"{folder}\n  2 files")
    assert "window test" in within(tmp_path, "shelf", "ask", "What is the window test?", *script).stdout


def test_the_command_that_a_damaged_index_names_repairs_it(folder: Path, tmp_path: Path) -> None:
    script = ("--engine-script", "script.json")
    within(tmp_path, "shelf", "add", "papers", *script)
    index_of(folder).write_bytes(b"garbage" * 1000)
    said = f"the index of {folder} is damaged or of another version"
    for command in ("ask", "What is the window test?"), ("status",):
        assert said in within(tmp_path, "shelf", *command).stderr
    asked = within(tmp_path, "shelf", "ask", "What is the window test?")
    assert asked.stderr.endswith(f"Nothing was searched: {said}. → `breadknife shelf add` makes it anew\n")
    assert within(tmp_path, "shelf", "add", *script).returncode == 0
    assert "window test" in within(tmp_path, "shelf", "ask", "What is the window test?", *script).stdout


@pytest.mark.parametrize(
    ("terminal", "arguments", "answer", "fetched"),
    [
        (True, (), True, True),
        (True, (), False, False),
        (True, ("--json",), True, False),
        (True, ("--offline",), True, False),
        (False, (), True, False),
    ],
)
def test_the_model_is_fetched_when_the_user_agrees(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    arguments: tuple[str, ...],
    answer: bool,
    fetched: bool,
) -> None:
    asked, pulled = list[str](), list[str]()

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return answer

    def pull(model: ModelInfo, *_: object) -> None:
        pulled.append(model.name)
        raise DownloadFailed("the test fetches nothing")

    monkeypatch.setattr(adding, "is_interactive", lambda: terminal)
    monkeypatch.setattr(adding, "is_installed", lambda: True)
    monkeypatch.setattr("typer.confirm", confirm)
    monkeypatch.setattr(adding, "pull", pull)
    added = within(tmp_path, "shelf", "add", "papers", *arguments)
    assert added.returncode == 0
    assert pulled == ["all-minilm-l6-v2"] * fetched
    assert all("fetch the model all-minilm-l6-v2 (84 MB)?" in each for each in asked)
    assert len(asked) == (terminal and not arguments)
    if "--offline" not in arguments or fetched:
        assert "`breadknife models pull all-minilm-l6-v2`, then `breadknife shelf add`" in added.stderr


def test_the_usual_models_have_it_once_there_is_a_shelf(folder: Path, tmp_path: Path) -> None:
    assert MODEL not in default_models(builtin_catalog())
    within(tmp_path, "shelf", "add", "papers", "--engine-script", "script.json")
    assert default_models(builtin_catalog()) == (*builtin_catalog().defaults, MODEL)
    assert "all-minilm-l6-v2" in [part.title for part in Parts(builtin_catalog()).default_models]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add",), "no folder is on the shelf; `breadknife shelf add FOLDER` adds one"),
        (("ask", "How hot?"), "no folder is on the shelf; `breadknife shelf add FOLDER` adds one"),
        (("add", "nowhere"), "nowhere is no folder; name one"),
        (("remove", "papers"), "papers is not on the shelf; `breadknife shelf status` says what is"),
    ],
)
def test_what_cannot_be_done(folder: Path, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = within(tmp_path, "shelf", *arguments)
    assert ran.returncode == 2
    assert ran.stderr == f"breadknife: {message}\n"


def test_a_part_of_a_folder_is_not_added_twice(folder: Path, tmp_path: Path) -> None:
    (folder / "deep").mkdir()
    script = ("--engine-script", "script.json")
    assert within(tmp_path, "shelf", "add", "papers", *script).returncode == 0
    assert "is on the shelf already, as a part of" in within(tmp_path, "shelf", "add", "papers/deep").stderr
    assert "`breadknife shelf remove` it first" in within(tmp_path, "shelf", "add", ".").stderr
    (folder / "new.txt").write_text("Rye.")
    assert "2 files" in within(tmp_path, "shelf", "add", *script).stdout


def test_one_program_at_a_time_writes_an_index(folder: Path, tmp_path: Path) -> None:
    lock = index_of(Path(os.path.realpath(folder))).with_suffix(".lock")
    lock.parent.mkdir(parents=True)
    with FileLock(lock):
        assert "another program is working on" in breadknife(tmp_path, "shelf", "add", "papers").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_stops_in_order_and_the_next_call_goes_on(folder: Path, tmp_path: Path) -> None:
    for number in range(300):
        (folder / f"{number}.txt").write_text(f"Loaf number {number}.")
    command = [sys.executable, "-m", "breadknife", "shelf", "add", "papers", "--engine-script", "script.json"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr
    process.stderr.readline()  # reading has begun
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert said.splitlines()[-1] == "breadknife: stopped; `breadknife shelf add` goes on from here"
    assert "301 files" in within(tmp_path, "shelf", "add", "--engine-script", "script.json").stdout
