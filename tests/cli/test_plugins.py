"""`breadknife plugins`, as authors of plugins and their users see it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breadknife.cli.plugins.app import app
from breadknife.host.plugins.pauses import FAILURES, Pauses
from plugin_packages import install, run

pytestmark = pytest.mark.usefixtures("home")


def plugins(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


# --- list and resume ------------------------------------------------------------------------------------------------


def pause(name: str) -> None:
    pauses = Pauses(lambda _: "0.1.0")
    for _ in range(FAILURES):
        pauses.failed(name, "plugin-broke", "it raised ZeroDivisionError")


def test_list_says_who_answers_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breadknife.toml").write_text("[prose]\nenabled = false\n")
    monkeypatch.chdir(tmp_path)
    pause("completion")
    rows = {row["name"]: row for row in json.loads(plugins("list", "--json").stdout)}
    assert {name: row["state"] for name, row in rows.items()} == {
        "completion": "paused", "drift": "enabled", "find": "enabled", "nullcheck": "enabled", "prose": "disabled",
        "recipes": "enabled", "shelf": "enabled",
    }  # fmt: skip
    assert rows["nullcheck"]["requests"] == ["action", "check", "why"]
    assert rows["nullcheck"]["languages"] == [
        "go", "java", "javascript", "javascriptreact", "python", "typescript", "typescriptreact",
    ]  # fmt: skip
    assert rows["nullcheck"]["package"] == "breadknife"
    assert "completion: it raised ZeroDivisionError; `breadknife plugins resume completion`" in plugins("list").stdout


@pytest.mark.parametrize(
    ("name", "told"), [("prsoe", "there is no plugin prsoe; did you mean prose?"), ("foo", "there is no plugin foo; ")]
)
def test_a_plugin_that_is_not_there_is_not_resumed(name: str, told: str) -> None:
    result = plugins("resume", name)
    assert (result.exit_code, told in result.stderr) == (1, True)


def test_resume() -> None:
    pause("prose")
    assert plugins("resume", "prose").exit_code == 0
    again = plugins("resume", "prose")
    assert again.exit_code == 1
    assert "prose is not paused" in again.stderr


# --- new ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Todo", "1st", "a-b", "class", "../x", "models", "offline", "é"])
def test_new_refuses_what_is_no_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = plugins("new", name)
    assert result.exit_code == 2
    assert "name" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == []


def test_new_touches_nothing_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "breadknife-todo").mkdir()
    result = plugins("new", "todo")
    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert list((tmp_path / "breadknife-todo").iterdir()) == []


def test_a_new_plugin_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written, installed, tested, checked and used, without a network."""
    monkeypatch.chdir(tmp_path)
    assert plugins("new", "my_plugin").exit_code == 0
    package, site = tmp_path / "breadknife-my-plugin", tmp_path / "site"
    written = [path for path in package.rglob("*") if path.is_file()]
    assert not any("newcomer" in path.read_text("utf-8").lower() + path.as_posix() for path in written)
    install(package, site)
    assert "6 passed" in run(["pytest"], package, site)
    assert run(["breadknife", "plugins", "check", "my_plugin"], package, site) == "✓ my_plugin keeps the contract\n"
    (tmp_path / "a.py").write_text("# XXX\n")
    found = run(["breadknife", "lint", "--format", "json", "a.py"], package, site, cwd=tmp_path, code=1)
    assert [finding["source"] for finding in json.loads(found)] == ["my_plugin"]
    run(["ruff", "check", "--isolated", "--line-length", "120", "."], package, site)


# --- check ----------------------------------------------------------------------------------------------------------

PLUGIN = """
import time
from dataclasses import dataclass
from breadknife.api import *

@dataclass(frozen=True)
class NoSettings:
    pass

class Plugin:
    name = "wrong"
    settings = NoSettings
    serves = {CheckRequest: frozenset({"python"})}

    def answer(self, request, context, /):
        return Findings(())

    def close(self):
        pass

"""
AFTER = "class Wrong(Plugin):\n    "
FINDS = "return Findings((Finding(Span(0, {}), 'wrong', 'x', {}),))"
SHOWS = AFTER + "serves = {{{0}: frozenset({{'*'}})}}\n    def answer(self, request, context, /):\n        return {1}\n"
ANSWER = AFTER + "def answer(self, request, context, /):\n        text = request.document.text\n        "
SETTINGS = "@dataclass(frozen=True)\nclass S:\n    {}\n\n" + AFTER + "settings = S\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (AFTER + "pass", []),
        ("Wrong = 1/0", ["it can't be loaded: ZeroDivisionError"]),
        (AFTER + "api = 99", ["update breadknife"]),
        (AFTER + "settings = int", ["not a dataclass"]),
        (AFTER + "name = 'Wrong one'", ["small letters"]),
        (AFTER + "name = 'models'", ["a section of breadknife's own settings"]),
        (AFTER + "name = 'other'", ["`name` is `other` and its entry point is `wrong`"]),
        (AFTER + "serves = {}", ["`serves` names no request"]),
        (AFTER + "serves = {int: frozenset()}", ["which is no request"]),
        (AFTER + "serves = {CheckRequest: 'python'}", ["`serves[CheckRequest]` is 'python'"]),
        (AFTER + "roles = ('painter',)", ["no model has the role `painter`"]),
        (AFTER + "close = None", ["`close` can't be called"]),
        (SETTINGS.format("x: int = 1"), ["`S.x` has no docstring"]),
        (SETTINGS.format("x: int\n    '''X.'''"), ["missing 1 required", "every setting needs a default"]),
        (SETTINGS.format("x: complex = 1j\n    '''X.'''"), ["`S.x` can't be set in TOML"]),
        (SETTINGS.format("enabled: bool = True\n    '''X.'''"), ["breadknife's own"]),
        (SETTINGS.format("x: int = 1\n    '''X.'''").replace("frozen=True", ""), ["can be changed"]),
        (
            "STEPS = (Step('a', Kind.RULE, int, str, print), Step('b', Kind.RULE, int, int, print))\n" + AFTER + "pass",
            ["the cascade `STEPS`: step `a` gives str, `b` takes int"],
        ),
        (ANSWER + "return text.index('🦆')", ["ordinary document (python)", "ValueError"]),
        (ANSWER + FINDS.format(9, "'x'"), ["an empty document", "outside the document"]),
        (ANSWER + "text.encode()", ["strange characters", "UnicodeEncodeError"]),
        (ANSWER + FINDS.format(0, "''"), ["no message"]),
        (ANSWER + FINDS.format(0, "str(time.time())"), ["another one"]),
        (
            ANSWER + FINDS.format(0, "'x', fixes=(Fix('break', (TextEdit(Span(0, 0), '('),)),)"),
            ["the fix “break”"],
        ),
        (SHOWS.format("HoverRequest", "Hover('x' * 99999)"), ["HoverRequest for an ordinary", "a hover of 99,999"]),
        (SHOWS.format("LensRequest", "Lenses((Lens(Span(0, 0), '', Command('a', 'a')),))"), ["isn't one line"]),
        (SHOWS.format("InlayRequest", "Inlays((Inlay(1, 'x'),))"), ["an empty document", "outside the document"]),
        (SHOWS.format("InlayRequest", "Inlays((Inlay(0, 'x'),))"), []),
        ("class Ping(OwnRequest):\n    pass\n\n" + SHOWS.format("Ping", "None"), []),
    ],
)  # fmt: skip
def test_check_says_what_is_wrong(code: str, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"breadknife_wrong_{abs(hash(code))}"
    package = tmp_path / "package"
    package.mkdir()
    entry = f'[project.entry-points."breadknife.plugins"]\nwrong = "{module}:Wrong"\n'
    (package / "pyproject.toml").write_text(entry)
    (package / f"{module}.py").write_text(PLUGIN + code, "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    result = plugins("check", str(package))
    assert [part for part in said if part not in result.stdout] == [], result.stdout
    assert result.exit_code == (1 if said else 0), result.stdout
    assert ("→" in result.stdout) == bool(said)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ('[roles]\npainter = "smollm2-135m"\n', []),
        (
            '[roles]\npainter = "nothing"\n',
            ["the role 'painter' of breadknife-wrong is left out", "no model has the role"],
        ),
        (None, ["there is no models.toml in the package painting"]),
    ],
)
def test_check_reads_the_models_that_a_package_brings(
    models: str | None, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = f"breadknife_painting_{abs(hash(models))}"
    (tmp_path / "painting").mkdir()
    if models is not None:
        (tmp_path / "painting" / "models.toml").write_text(models, "utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "breadknife-wrong"\n'
        f'[project.entry-points."breadknife.plugins"]\nwrong = "{module}:Wrong"\n'
        '[project.entry-points."breadknife.models"]\nwrong = "painting"\n'
    )
    (tmp_path / f"{module}.py").write_text(f"{PLUGIN}{AFTER}roles = ('painter',)", "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    result = plugins("check", str(tmp_path))
    assert [part for part in said if part not in result.stdout] == [], result.stdout
    assert result.exit_code == (1 if said else 0), result.stdout


@pytest.mark.parametrize("target", ["nobody", "./nowhere", "."])
def test_check_of_what_is_not_there(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = plugins("check", target)
    assert result.exit_code == 2
    assert "breadknife: " in result.stderr


def test_our_own_keep_the_contract() -> None:
    assert plugins("check", "completion", "--json").stdout.strip() == "[]"
