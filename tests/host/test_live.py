"""What a host does with settings: by document, by plugin's budget, anew when a file has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from breadknife.engine.models.catalog import user_file
from breadknife.host.host import Host
from breadknife.host.live_settings import LiveSettings
from breadknife.host.receipts import Outcome
from breadknife.host.settings import Author, Layer, Settings, resolve
from breadknife.paths import config_dir
from breadknife.task.plugin import Context
from breadknife.task.values import Answer, CheckRequest, Findings
from breadknife.text.document import Document
from host.fakes import Fake, host


@dataclass(frozen=True)
class Tone:
    strict: bool = False


TYPES = {"tone": Tone}


def seen(settings: Settings | None = None) -> tuple[Host, list[bool]]:
    """A host whose plugin notes what its settings are."""
    strict: list[bool] = []

    def reply(context: Context) -> Answer:
        strict.append(context.settings(Tone).strict)
        return Findings(())

    return host(Fake("tone", reply, Tone), settings=settings), strict


def check(path: Path) -> CheckRequest:
    return CheckRequest(Document(path.as_uri(), "python", "x = 1\n", 1))


def test_a_plugin_sees_the_settings_of_the_document(tmp_path: Path) -> None:
    values = {
        "overrides": [{"paths": ["docs/"], "tone": {"strict": True}}, {"paths": ["b.py"], "tone": {"enabled": False}}]
    }
    settings, problems = resolve([Layer("", values, author=Author.USER)], TYPES)
    one, strict = seen(settings)
    for name in ("a.py", "docs/a.py"):
        one.ask(check(tmp_path / name), root=tmp_path)
    assert (strict, problems) == ([False, True], ())
    one.ask(check(tmp_path / "b.py"), root=tmp_path)
    assert one.ledger.newest()[0].reason == "disabled"
    assert len(strict) == 2


@pytest.mark.parametrize(("whole", "outcome"), [(False, Outcome.FAILED), (True, Outcome.ANSWERED)])
def test_a_plugins_budget_ends_its_request_but_not_a_lint(whole: bool, outcome: Outcome) -> None:
    def slow(context: Context) -> Answer:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            context.cancel.raise_if_cancelled()
            time.sleep(0.01)
        return Findings(())

    one = host(Fake("slow", slow), Fake("fast", lambda c: Findings(())), settings=Settings(milliseconds={"slow": 50}))
    receipts = one.ask(CheckRequest(Document("file:///a", "python", "", 1), whole)).receipts
    assert {each.plugin: each.outcome for each in receipts} == {"slow": outcome, "fast": Outcome.ANSWERED}
    assert {each.reason for each in receipts if each.outcome is Outcome.FAILED} <= {"too-slow"}


def test_files_are_read_again_when_they_have_changed(tmp_path: Path, home: Path) -> None:
    one, strict = seen()
    changes: list[None] = []
    live = LiveSettings(one, lambda root, trusted: (), lambda root: None)
    live.on_change = lambda: changes.append(None)
    one.settings_of = live
    config_dir().mkdir(parents=True)
    project, other = tmp_path / "project", tmp_path / "other"
    project.mkdir()
    for path, text, expected in (
        (config_dir() / "config.toml", "[tone]\nstrict = true\n", [True, True]),
        (project / "pyproject.toml", "[tool.breadknife.tone]\nstrict = false\n", [False, True]),
        (project / "breadknife.toml", "", [True, True]),
        (project / "breadknife.toml", "tone.strict = false", [False, True]),
        (config_dir() / "config.toml", "", [False, False]),
    ):
        path.write_text(text)
        for root in (project, other):
            one.ask(check(root / "a.py"), root=root)
        assert strict[-2:] == expected
    assert len(changes) > 3
    known = len(changes)
    live.look()
    assert len(changes) == known


def test_models_that_the_user_adds_are_known_at_once(tmp_path: Path, home: Path) -> None:
    one, _ = seen()
    live = LiveSettings(one, lambda root, trusted: (), lambda root: None)
    live(tmp_path)
    user_file().parent.mkdir(parents=True)
    user_file().write_text('[roles]\ncompletion = "smollm2-135m"\n')
    assert live(tmp_path) is live(tmp_path)
    assert one.model_name("completion") == "smollm2-135m"
