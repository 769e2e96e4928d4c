"""What was said of a text is kept for other processes and later days, as long as nothing that it depends on changes."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.disk_cache import DAYS, DiskCache, TypedDiskCache
from breadknife.engine.api import Engine, ScoreRequest, Scores
from breadknife.engine.client import DaemonEngine
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.scripted import ScriptedEngine
from breadknife.errors import EngineDied, EngineUnavailable
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint, LintRequest
from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.model.judge import MarginInput
from breadknife.plugins.prose.model.proposer import ModelProposal, ProposerInput
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import Dialect, ProseSettings
from breadknife.task.values import CheckRequest
from breadknife.text.document import Span
from support import PluginContext, document

LINT = Lint("languagetool", "AN", Span(3, 5), "“a” → “an”", ("an", ""), "GRAMMAR")
ASKED = LintRequest("A text that was read before.")


class Counted:
    def __init__(self, dies_of: str = "") -> None:
        self.asked: list[str] = []
        self._dies_of = dies_of

    def check(self, asked: LintRequest, /) -> tuple[Lint, ...]:
        self.asked.append(asked.text)
        if asked.text == self._dies_of:
            raise EngineDied("it hangs")
        return (LINT,)

    def close(self) -> None:
        pass


def check(store: DiskCache, *texts: str, engine: str = "an engine", dies_of: str = "") -> list[str]:
    """What an engine in a new process is asked of these texts; each has an answer then."""
    found, kept = Counted(dies_of), TypedDiskCache[LintRequest, Lint](store, engine, Lint)
    background = BackgroundEngine(found.check, kept=kept)
    asked = [LintRequest(text) for text in texts]
    background.submit("doc", asked, lambda: None)
    background.wait(asked, CancelToken.after(30))
    background.close()
    assert [background.result(each) for each in asked] == [None if text == dies_of else (LINT,) for text in texts]
    return found.asked


def test_a_text_is_asked_about_once(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "prose.sqlite"
    assert check(DiskCache(file), "one", "two") == ["one", "two"]
    assert check(DiskCache(file), "two", "three", "one") == ["three"]


def test_another_engine_is_asked_anew(tmp_path: Path) -> None:
    store = DiskCache(tmp_path / "prose.sqlite")
    assert check(store, "one", engine="model of today") == ["one"]
    assert check(store, "one", engine="model of tomorrow") == ["one"]


def test_a_text_that_an_engine_dies_of_is_tried_again(tmp_path: Path) -> None:
    store = DiskCache(tmp_path / "prose.sqlite")
    assert check(store, "one", "deadly", dies_of="deadly") == ["one", "deadly", "deadly"]
    assert check(store, "one", "deadly") == ["deadly"]


@pytest.mark.parametrize("broken", [b"no database", b"SQLite format 3\0" + 4_000 * b"x"])
def test_a_broken_file_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "prose.sqlite"
    file.write_bytes(broken)
    assert check(DiskCache(file), "one") == ["one"]
    assert check(DiskCache(file), "one") == ["one"]
    assert check(DiskCache(file), "one") == []


def test_an_answer_of_another_form_is_none(tmp_path: Path) -> None:
    store = DiskCache(tmp_path / "prose.sqlite")
    TypedDiskCache[LintRequest, float](store, "an engine", float).put(ASKED, (1.0,))
    assert TypedDiskCache[LintRequest, Lint](store, "an engine", Lint).get(ASKED) is None


def test_an_answer_that_no_file_can_have_is_not_kept(tmp_path: Path) -> None:
    kept = TypedDiskCache[LintRequest, Lint](DiskCache(tmp_path / "prose.sqlite"), "an engine", Lint)
    kept.put(ASKED, (replace(LINT, message="\ud83d"),))
    assert kept.get(ASKED) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = DiskCache(tmp_path / "file" / "prose.sqlite")
    assert check(store, "one") == ["one"]
    assert check(store, "one") == ["one"]


def test_what_nobody_has_asked_for_in_long_goes(tmp_path: Path) -> None:
    file = tmp_path / "prose.sqlite"

    def on(day: int) -> DiskCache:
        return DiskCache(file, clock=lambda: 86_400.0 * day)

    assert check(on(0), "old", "asked for again") == ["old", "asked for again"]
    assert check(on(DAYS), "asked for again") == []
    assert check(on(DAYS + 1), "new") == ["new"]
    assert check(on(DAYS + 1), "asked for again", "old") == ["old"]


def test_the_newest_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "prose.sqlite"
    for day, text in enumerate(("first", "second", "third", "fourth")):
        check(DiskCache(file, clock=lambda day=day: 86_400.0 * day, most=2), text)
    assert check(DiskCache(file), "fourth", "third", "second", "first") == ["first"]


def test_what_is_put_together_is_there_for_others_at_the_end(tmp_path: Path) -> None:
    mine, other = DiskCache(tmp_path / "a.sqlite"), DiskCache(tmp_path / "a.sqlite")
    with mine.together():
        mine.put(b"one", b"1")
        mine.put(b"two", b"2")
        assert (mine.get(b"one"), other.get(b"one")) == (b"1", None)
    assert (other.get(b"one"), other.get(b"two")) == (b"1", b"2")
    with DiskCache(tmp_path).together():  # no file can be there
        pass


def test_the_texts_themselves_are_not_there(tmp_path: Path) -> None:
    file = tmp_path / "prose.sqlite"
    store = DiskCache(file)
    check(store, "Attack at dawn.")
    store.close()
    assert b"dawn" not in file.read_bytes()
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600


TEXT = st.text(st.characters())
SPAN = st.builds(Span, st.integers(0, 5), st.integers(5, 9))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DiskCache:
    return DiskCache(tmp_path_factory.mktemp("kept") / "prose.sqlite")


@given(asked=st.builds(LintRequest, TEXT, TEXT), lints=st.lists(st.builds(Lint, *[st.text()] * 2, SPAN, st.text())))
def test_lints_come_back(store: DiskCache, asked: LintRequest, lints: list[Lint]) -> None:
    kept = TypedDiskCache[LintRequest, Lint](store, "languagetool", Lint)
    kept.put(asked, tuple(lints))
    assert kept.get(asked) == tuple(lints)


CORRECTION = st.builds(Correction, SPAN, TEXT)


@given(
    case=st.builds(MarginInput, TEXT, st.lists(CORRECTION).map(tuple)),
    margins=st.lists(st.floats(max_value=99, allow_nan=False)),
)
def test_margins_come_back(store: DiskCache, case: MarginInput, margins: list[float]) -> None:
    kept = TypedDiskCache[MarginInput, float](store, "judge", float)
    kept.put(case, tuple(margins))
    assert kept.get(case) == tuple(margins)


def test_proposals_come_back(store: DiskCache) -> None:
    kept = TypedDiskCache[ProposerInput, ModelProposal](store, "proposer", ModelProposal)
    reading = ProposerInput("It send it.", (Correction(Span(0, 2), "it"),))
    kept.put(reading, (ModelProposal("ThirdPerson", Span(3, 7), "sends", 2.75, careless=True),))
    assert kept.get(reading) == (ModelProposal("ThirdPerson", Span(3, 7), "sends", 2.75, careless=True),)
    assert kept.get(ProposerInput("It send it.")) is None


def test_the_model_is_asked_anew_where_it_may_answer_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(languagetool, "obstacle", lambda url="": "it is not installed")

    def is_asked(digest: str, dialect: Dialect = "en-US") -> bool:
        engine, plugin = ScriptedEngine([]), ProsePlugin()
        context = PluginContext(engine, values=ProseSettings(dialect), digest=digest)
        plugin.answer(CheckRequest(document("It depends of the size of the file.\n", "markdown"), whole=True), context)
        plugin.close()
        return bool(engine.requests)

    assert is_asked("one")
    assert not is_asked("one")
    assert is_asked("two")
    assert is_asked("one", "en-GB")
    assert not is_asked("one", "en-GB")
    assert is_asked("")
    assert is_asked("")  # a model of another program


class Out(DaemonEngine):
    """An engine of the same build that nobody reaches."""

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        raise EngineUnavailable("nobody reaches it")


@pytest.mark.java
@pytest.mark.model
def test_what_the_real_engines_said_needs_them_no_more(real_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "Every request that comes from one of the clients need a token.\n\nThe function return a list.\n"
    notes = document(wrong, "markdown")

    def told(engine: Engine) -> tuple[set[str], list[str]]:
        plugin, notices = ProsePlugin(), list[str]()
        host = Host(Registry((plugin,)), engine, builtin_catalog(), on_notice=notices.append)
        reply = host.ask(CheckRequest(notes, whole=True))
        plugin.close()
        return {f"{each.source}/{each.code}: {each.message}" for each in reply.findings}, notices

    first, notices = told(real_engine)
    assert notices == []
    assert {each.partition("/")[0] for each in first} == {"model", "languagetool"}
    monkeypatch.setattr(LanguageToolEngine, "check", lambda *_: pytest.fail("it is asked again"))
    assert told(Out()) == (first, [])
