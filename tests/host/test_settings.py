from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.errors import SettingsError
from breadknife.host.settings import Layer, load_file, resolve


@dataclass(frozen=True)
class Prose:
    dialect: str = "en-US"
    spelling: bool = True
    disabled_rules: tuple[str, ...] = ()


TYPES = {"prose": Prose}


def layer(source: str, *, workspace: bool = False, origin: str = "config.toml") -> Layer:
    return Layer(origin, tomllib.loads(source), source, workspace)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[prose]\nspeling = false\n", "config.toml:2: prose.speling: no such setting; did you mean `spelling`?"),
        ("[prose]\n\nspelling = 3\n", "config.toml:3: prose.spelling: Expected `bool`, got `int`, found 3"),
        ("[pose]\nx = 1\n", "config.toml:1: pose: no such setting; did you mean `prose`?"),
        ("ofline = true\n", "config.toml:1: ofline: no such setting; did you mean `offline`?"),
        ("prose = 3\n", "config.toml:1: prose: expected a table, found 3"),
        ("[models]\ncompletion = 1\n", "Expected `str`, got `int`"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(source: str, message: str) -> None:
    settings, problems = resolve([layer(source)], TYPES)
    assert len(problems) == 1
    assert message in str(problems[0])
    assert settings.plugins["prose"] == Prose()


def test_later_layers_win_and_what_is_right_counts() -> None:
    settings, problems = resolve(
        [
            layer('[prose]\ndialect = "en-GB"\nspelling = false\nwrong = 1\n'),
            layer('[prose]\ndialect = "en-AU"\ndisabled_rules = ["A"]\n', workspace=True),
            Layer("the editor", {"prose": {"spelling": True, "enabled": False}}),
        ],
        TYPES,
    )
    assert settings.plugins["prose"] == Prose("en-AU", True, ("A",))
    assert settings.disabled == {"prose"}
    assert len(problems) == 1


@pytest.mark.parametrize("source", ['[models]\ncompletion = "x"\n', "offline = false\n"])
def test_a_workspace_may_not_choose_models_or_the_network(source: str) -> None:
    settings, [problem] = resolve([layer("offline = true\n"), layer(source, workspace=True)], TYPES)
    assert "only your own settings" in str(problem)
    assert settings.offline
    assert settings.models == {}


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert load_file(path).values == {}
    path.write_text("a = = 1\n")
    with pytest.raises(SettingsError, match=r"config.toml: not TOML: .*line 1"):
        load_file(path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["prose", "spelling", "enabled", "x", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["prose", "models", "offline", "prosa", ""]), VALUES))
def test_no_settings_break_it(values: dict[str, object]) -> None:
    settings, problems = resolve([Layer("the editor", values)], TYPES)
    assert isinstance(settings.plugins["prose"], Prose)
    assert all(str(problem).startswith("the editor: ") for problem in problems)
