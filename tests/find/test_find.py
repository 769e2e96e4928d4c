"""What a folder has is found by words, with the reason; and nothing that must not be read is."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.plugins.find import index as indexing
from breadknife.plugins.find.entries import MOST, entries_of
from breadknife.plugins.find.index import WorkspaceIndex
from breadknife.plugins.find.meaning import EntryVectors
from breadknife.plugins.find.plugin import fused
from breadknife.plugins.find.words import asked_words, words_of
from breadknife.project import names as project_names
from breadknife.project.files import read_texts
from breadknife.text.tokens import parts_of_words
from cli.commands import breadknife, within

CLIENT = '''"""Talks to the server."""

TIMEOUT = 30


class Client:
    """One connection."""

    def send(self, text):
        return self.socket.write(text)

    def _retry(self, error):
        """Decide whether a failed request is sent again."""
        return error.status in (429, 503)


def parse_headers(lines):
    return dict(line.split(":", 1) for line in lines)
'''
GUIDE = "# Guide\n\nHello.\n\n## Proxies\n\nSet the environment variable.\n\n```sh\n# no heading\n```\n"
SETTINGS = "[tool.limits]\nattempts = 3\n\n[tool.colours]\nred = 1\n"
TEST = "def test_parse_headers():\n    assert parse_headers([]) == {}\n"


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    work = tmp_path / "work"
    for name, text in {
        "src/client.py": CLIENT,
        "guide.md": GUIDE,
        "settings.toml": SETTINGS,
        "tests/test_client.py": TEST,
        ".gitignore": "build/\n",
        "build/client.py": CLIENT,
        "credentials.json": '{\n  "retry": "sent again"\n}\n',
    }.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (work / "binary.py").write_bytes(b"\0retry\0")
    return work


def found(folder: Path, question: str, *options: str) -> list[tuple[str, int, str, str, str]]:
    ran = within(folder.parent, "find", question, "work", "--json", "--words", *options)
    places = json.loads(ran.stdout).get("places", [])
    return [(each["path"], each["line"], each["kind"], each["name"], each["reason"]) for each in places]


FOUND = [
    ("where is the retry decided?", ("src/client.py", 12, "method", "_retry", "name")),
    ("is a failed request sent again?", ("src/client.py", 12, "method", "_retry", "documentation")),
    ("parseHeaders", ("src/client.py", 17, "function", "parse_headers", "name")),
    ("tests of parsing headers", ("tests/test_client.py", 1, "test", "test_parse_headers", "name, path")),
    ("how do I use a proxy", ("guide.md", 5, "section", "Proxies", "name")),
    ("number of attempts", ("settings.toml", 1, "setting", "tool.limits", "text")),
    ("timeout", ("src/client.py", 3, "constant", "TIMEOUT", "name")),
    ("one connection", ("src/client.py", 6, "class", "Client", "documentation")),
]


@pytest.mark.parametrize(("question", "first"), FOUND)
def test_the_place_comes_first_with_the_reason(folder: Path, question: str, first: tuple[object, ...]) -> None:
    assert found(folder, question)[0] == first


EXCERPTS = [
    ("where is the retry decided?", "def _retry(self, error):"),
    ("is a failed request sent again?", '"""Decide whether a failed request is sent again."""'),
    ("how is the environment variable set", "Set the environment variable."),
    ("number of attempts", "attempts = 3"),
]


@pytest.mark.parametrize(("question", "excerpt"), EXCERPTS)
def test_the_line_that_fits_is_shown(folder: Path, question: str, excerpt: str) -> None:
    """The signature if it fits, or the name does; otherwise the line with the most words of the question."""
    ran = within(folder.parent, "find", question, "work", "--words")
    assert ran.stdout.splitlines()[1] == f"    {excerpt}"


def test_what_must_not_be_read_is_not_found(folder: Path) -> None:
    """Neither what git ignores, nor what may hold secrets, nor what is no text; nor what a link leads to outside."""
    outside = folder.parent / "outside.py"
    outside.write_text("def retry_outside(): ...\n")
    (folder / "link.py").symlink_to(outside)
    assert {path for path, *_ in found(folder, "retry sent again", "--limit", "50")} == {"src/client.py"}


def test_text_output_and_exit_codes(folder: Path) -> None:
    ran = within(folder.parent, "find", "where is the retry decided?", "work", "--words")
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[:2] == [
        "src/client.py:12: method Client._retry (name)",
        "    def _retry(self, error):",
    ]
    assert ran.stdout.splitlines()[-1].startswith("searched: ")
    nothing = within(folder.parent, "find", "xylophone", "work", "--words")
    assert nothing.returncode == 1
    assert nothing.stderr.startswith("breadknife: Nothing has a word of it (")
    assert within(folder.parent, "find", "retry", "nowhere").returncode == 2
    assert within(folder.parent, "find", "?!", "work").returncode == 1


QUESTIONS = [
    ("retry " * 1_700, 0, "src/client.py:12: method Client._retry (name)"),
    ("x" * 10_000, 1, "breadknife: Nothing has a word of it ("),
    ("wo entscheidet sich, ob eine Anfrage wiederholt wird?", 1, "breadknife: Nothing has a word of it ("),
    ("再試行はどこで決まりますか", 1, "breadknife: Nothing has a word of it ("),
    ("what is it, and where is it?", 0, "src/client.py:12: method Client._retry (documentation)"),
    ("\0\x1b[31m\u202e", 1, "breadknife: Nothing has a word of it ("),
    ("🍞 🔪", 1, "breadknife: The question has no word to look for. → name what you look for"),
]


@pytest.mark.parametrize(("question", "code", "first"), QUESTIONS, ids=lambda value: str(value)[:9])
def test_a_strange_question_has_an_answer_of_one_line(folder: Path, question: str, code: int, first: str) -> None:
    """Ten thousand characters, another language, or only words that say nothing."""
    ran = within(folder.parent, "find", question, "work", "--words", "--limit", "1")
    said = ran.stdout if ran.returncode == 0 else ran.stderr
    assert (ran.returncode, said.splitlines()[0][: len(first)]) == (code, first)
    assert len((ran.stderr + ran.stdout).splitlines()) <= 3
    assert "\x1b" not in said


@pytest.mark.slow
def test_a_million_lines_never_seen(tmp_path: Path, home: Path) -> None:
    """The first answer comes from what was read in its second; the whole is then found."""
    body = "".join(f"    value_{line} = read({line})\n" for line in range(99))
    for number in range(2_000):
        functions = (f"def make_{number}_{name}():\n{body}" for name in ("red", "blue", "green", "black", "white"))
        (tmp_path / f"m{number}.py").write_text("".join(functions))
    index = WorkspaceIndex(tmp_path)
    index.refresh(CancelToken(), words_of("make_1234_green"), 1.0)
    assert index.unread > 0
    index.refresh(CancelToken(), words_of("make_1234_green"), 600.0)
    assert (index.counts, index.unread) == ((10_000, 2_000), 0)
    [(_, first)] = index.best(words_of("make_1234_green"), 1)
    assert first.entry.name == "make_1234_green"


def test_what_is_not_read_yet_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that there is nothing is never said of it."""
    monkeypatch.setattr("breadknife.cli.find.SECONDS", 0.0)
    nothing = within(folder.parent, "find", "xylophone", "work", "--words")
    assert "of 1 file (4 files not read yet), by words). → ask again: the other files are" in nothing.stderr
    ran = within(folder.parent, "find", "limits", "work", "--words", "--json")
    assert json.loads(ran.stdout)["unread"] > 0
    ran = within(folder.parent, "find", "limits", "work", "--words", "--all")
    assert ran.stdout.splitlines()[-1].endswith(" places of 5 files, by words")
    assert ran.stderr == ""


def test_without_the_model_words_decide_and_that_is_said(folder: Path) -> None:
    ran = breadknife(folder.parent, "--offline", "find", "where is the retry decided?", "work")
    assert ran.stdout.startswith("src/client.py:12: ")
    assert "by words alone: " in ran.stdout.splitlines()[-1]


def test_a_model_compares_meanings(folder: Path) -> None:
    (folder.parent / "script.json").write_text("[]")
    ran = within(folder.parent, "find", "retry", "work", "--json", "--engine-script", "script.json")
    answer = json.loads(ran.stdout)
    assert answer["searched"].endswith("by words and meaning")
    assert answer["model"] == "all-minilm-l6-v2"


def names(index: WorkspaceIndex, *words: str) -> list[str]:
    index.refresh(CancelToken())
    return [located.entry.name for _, located in index.best([each for word in words for each in words_of(word)], 9)]


def test_the_index_follows_the_files(folder: Path) -> None:
    index = WorkspaceIndex(folder)
    assert names(index, "zebra") == []
    (folder / "new.py").write_text("def zebra(): ...\n")
    assert names(index, "zebra") == ["zebra"]
    (folder / "new.py").write_text("def giraffe_one(): ...\n")
    assert (names(index, "zebra"), names(index, "giraffe")) == ([], ["giraffe_one"])
    os.remove(folder / "new.py")
    assert names(index, "giraffe") == []


def test_what_people_have_written_comes_before_what_programs_have(folder: Path) -> None:
    (folder / "a.pb.go").write_text(
        "// Code generated by protoc-gen-go. DO NOT EDIT.\n\npackage a\n\nfunc GetZebra() int {\n\treturn 1\n}\n"
    )
    (folder / "b.go").write_text("package a\n\nfunc PutZebra() int {\n\treturn 1\n}\n")
    assert names(WorkspaceIndex(folder), "zebra") == ["PutZebra", "GetZebra"]


def test_the_number_of_files_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "FILES", 1)
    index = WorkspaceIndex(folder)
    index.refresh(CancelToken())
    assert index.counts[1] == 1


def ticking(by: float = 1.0) -> Callable[[], float]:
    """Return a clock that goes on whenever somebody looks at it."""
    ticks = count()
    return lambda: next(ticks) * by


def test_in_limited_time_the_files_with_the_words_are_read_first(folder: Path) -> None:
    index = WorkspaceIndex(folder, ticking())
    index.refresh(CancelToken(), words_of("Proxies"), 2.5)
    assert (index.counts[1], index.unread) == (2, 3)
    assert [located.entry.name for _, located in index.best(words_of("proxies"), 9)] == ["Proxies"]
    index.refresh(CancelToken(), words_of("Proxies"), 2.5)
    assert (index.counts[1], index.unread) == (4, 1)
    again = WorkspaceIndex(folder, clock=lambda: 0.0)
    again.refresh(CancelToken(), (), 0.0)
    assert (again.counts[1], again.unread) == (5, 0)


def test_one_file_at_least_is_read(folder: Path) -> None:
    index = WorkspaceIndex(folder, ticking())
    for read in range(1, 6):
        index.refresh(CancelToken(), (), 0.0)
        assert index.counts[1] == read


def test_a_question_does_not_wait_for_another_that_has_all_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a list that asks at each key."""
    index, reads, goes_on = WorkspaceIndex(folder), threading.Event(), threading.Event()

    def slow_read(paths: Sequence[Path], root: Path) -> list[str | None]:
        reads.set()
        goes_on.wait(60)
        return read_texts(paths, root)

    monkeypatch.setattr(indexing, "read_texts", slow_read)
    other = threading.Thread(target=lambda: index.refresh(CancelToken()))
    other.start()
    reads.wait(60)
    index.refresh(CancelToken(), (), 0.01)
    assert (index.counts, index.unread) == ((0, 0), 5)
    goes_on.set()
    other.join(60)
    assert (index.counts[1], index.unread) == (5, 0)


def test_the_rest_is_read_in_the_background(folder: Path) -> None:
    index = WorkspaceIndex(folder, ticking())
    index.refresh(CancelToken(), (), 0.0)
    assert (index.unread, index.read_on(), index.unread) == (4, False, 0)


def test_files_are_read_again_only_if_they_have_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[Path]()

    def read(paths: Sequence[Path], root: Path) -> list[str | None]:
        asked.extend(paths)
        return read_texts(paths, root)

    monkeypatch.setattr(indexing, "read_texts", read)
    monkeypatch.setattr(project_names, "_RESTED_S", -1.0)
    (folder / "binary.py").unlink()
    WorkspaceIndex(folder).refresh(CancelToken())
    assert len(asked) == 4
    index = WorkspaceIndex(folder)
    index.refresh(CancelToken())
    assert len(asked) == 4
    (folder / "guide.md").write_text("# Other\n")
    index.refresh(CancelToken())
    assert asked[4:] == [index.root / "guide.md"]


@pytest.mark.slow
def test_ten_thousand_files_that_a_checkout_has_changed(tmp_path: Path, home: Path) -> None:
    """None is lost before it is read again, and each is read again."""
    for number in range(10_000):
        (tmp_path / f"m{number}.py").write_text(f"def was_{number}(): ...\n")
    index = WorkspaceIndex(tmp_path)
    index.refresh(CancelToken())
    for number in range(10_000):
        (tmp_path / f"m{number}.py").write_text(f"def is_now_{number}(): ...\n")
    index.refresh(CancelToken(), words_of("is_now_7777"), 0.0)
    assert (index.counts, index.unread) == ((10_000, 10_000), 9_999)
    while index.read_on():
        pass
    assert {located.entry.name for located in index.entries} == {f"is_now_{number}" for number in range(10_000)}


def test_how_far_the_reading_is_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_AT_ONCE", 2)
    told = list[tuple[int, int]]()
    WorkspaceIndex(folder).refresh(CancelToken(), report=lambda read, files: told.append((read, files)))
    assert told == [(3, 5), (5, 5)]  # one has no text


def test_it_can_be_cancelled(folder: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        WorkspaceIndex(folder).refresh(cancel)


PARTS = [
    ("parseHTTPHeaders_2", ["parse", "HTTP", "Headers", "2"]),
    ("ABc1 the_café", ["A", "Bc", "1", "the", "caf", "é"]),
    ("日本語 x", ["日本語", "x"]),
    ("-_.", []),
]


@pytest.mark.parametrize(("text", "parts"), PARTS)
def test_names_are_split_in_one_way(text: str, parts: list[str]) -> None:
    assert parts_of_words(text) == parts


WORDS = [
    ("parseHTTPHeaders", ["pars", "http", "header"]),
    ("MAX_RETRIES", ["max", "retry"]),
    ("the class is passed", ["the", "class", "is", "pass"]),
    ("utf8 x", ["utf"]),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


ASKED = [("where is the retry decided?", ("retry",)), ("what is it?", ("what", "is", "it")), ("?!", ())]


@pytest.mark.parametrize(("question", "words"), ASKED)
def test_a_question_is_about_its_content_words(question: str, words: tuple[str, ...]) -> None:
    assert asked_words(question) == words


def test_hostile_texts_are_bounded() -> None:
    assert len(entries_of("# a\n" * (MOST + 9), "markdown")) == MOST
    assert entries_of("(" * 100_000, "python")
    assert entries_of("", "python")
    assert entries_of("\ud800", "markdown")


def test_fusion_adds_meaning_to_words(folder: Path) -> None:
    index = WorkspaceIndex(folder)
    index.refresh(CancelToken())
    three = index.entries[:3]
    scored = list(zip([10.0, 8.0, 2.0], three, strict=True))
    assert fused(scored, [0.1, 0.9, 0.2]) == [three[1], three[0], three[2]]
    assert fused(scored, [0.1, 0.2, 0.9]) == [three[0], three[2], three[1]]
    assert fused([], []) == []


class Embedder:
    """As much of `breadknife.task.plugin.Model` as vectors need."""

    name = "some-model"

    def __init__(self, digest: str) -> None:
        self.digest = digest
        self.texts = 0

    def embed(self, texts: list[str], *, cancel: CancelToken) -> list[list[float]]:
        self.texts += len(texts)
        return [[1.0, 0.0] for _ in texts]


@pytest.mark.parametrize(("digest", "texts"), [("abc", 5), ("", 8)])
def test_vectors_are_kept_only_of_a_model_with_a_digest(folder: Path, digest: str, texts: int) -> None:
    index = WorkspaceIndex(folder)
    index.refresh(CancelToken())
    model = Embedder(digest)
    for _ in range(2):
        EntryVectors().cosines("retry", index.entries[:3], model, CancelToken())  # type: ignore[arg-type]
    assert model.texts == texts  # a question twice, and three entries once or twice
