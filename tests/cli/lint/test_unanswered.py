"""`breadknife lint` never reports less because an engine is slow: it waits, or fails and names the engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from breadknife.cli.lint.options import LintOptions
from breadknife.cli.lint.run import run
from breadknife.plugins.prose.engines import languagetool_client
from breadknife.plugins.prose.engines.jvm import guard
from cli.commands import within
from prose.languagetool_api import LanguageToolApi, match, serving

TEXT = "You see the the end.\n\nThe function return a list.\n"


class _Server(LanguageToolApi):
    """A LanguageTool that hangs at the first so many questions about one text."""

    hangs_of = 0
    ended = threading.Event()

    def matches(self, body: bytes) -> Sequence[Mapping[str, Any]]:
        if b"function" not in body:
            return []
        if type(self).hangs_of > 0:
            type(self).hangs_of -= 1
            type(self).ended.wait(60)
        return [match("THE_RETURN", 13, 6, "returns")]


@pytest.fixture
def url() -> Iterator[str]:
    _Server.ended.clear()
    with serving(_Server) as url:
        yield url
        _Server.ended.set()


@pytest.fixture
def text(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "text.md"
    path.write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return path


def settings(home: Path, text: str) -> None:
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f"[prose]\nmodel = false\n{text}")


SILENT = "LanguageTool could not check all of {}: it crashes or hangs there."
CASES = [
    ("it answers", 0, 1, ""),
    ("it answers when it is asked again", 1, 1, ""),
    ("it doesn't answer about one paragraph", 99, 2, f"breadknife: text.md: {SILENT}\n"),
]


@pytest.mark.parametrize(("hangs", "code", "said"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_a_languagetool_that_hangs(
    home: Path, text: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    hangs: int, code: int, said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(languagetool_client, "CHECK_S", 1.0)
    monkeypatch.setattr(_Server, "hangs_of", hangs)
    settings(home, f'languagetool_url = "{url}"\n')
    assert run(LintOptions([Path("text.md")])) == code
    shown = capsys.readouterr()
    assert "harper/RepeatedWords" in shown.out
    assert ("languagetool/THE_RETURN" in shown.out) is (code == 1)
    assert shown.err == said.format(text.as_uri())


@pytest.mark.slow
@pytest.mark.java
@pytest.mark.skipif(not hasattr(psutil, "STATUS_STOPPED") or psutil.WINDOWS, reason="Windows has no SIGSTOP")
def test_a_jvm_that_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is replaced, and nothing is missing; where that can't be done lint fails."""
    monkeypatch.setattr(languagetool_client, "CHECK_S", 15)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.md").write_text("You see the the end.\n\nThe linter will skips a list.\n")
    (tmp_path / "breadknife.toml").write_text("[prose]\nmodel = false\n")
    stopped: list[psutil.Process] = []

    def stop_the_first() -> None:
        while not stopped and not ended.wait(0.2):
            for each in psutil.Process().children(recursive=True):
                if "org.languagetool.server.HTTPSServer" in each.cmdline() and guard.__file__ not in each.cmdline():
                    each.suspend()
                    stopped.append(each)

    ended = threading.Event()
    stopping = threading.Thread(target=stop_the_first)
    stopping.start()
    code = run(LintOptions([Path("text.md")]))
    ended.set()
    stopping.join()
    shown = capsys.readouterr()
    assert stopped
    assert ("text.md:3:" in shown.out and "languagetool/" in shown.out) if code == 1 else "LanguageTool" in shown.err
    assert code in (1, 2)


def test_a_model_that_is_not_there_is_told_of_once(text: Path, home: Path) -> None:
    """Not at each run: a team may do without, and a hook runs often."""
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[prose]\nlanguagetool = false\n")
    first, again = (within(text.parent, "lint", "--offline", "text.md").stderr for _ in range(2))
    assert first.startswith("breadknife: Prose is checked without a model: ")
    assert again == ""
