"""`breadknife models which`, `allow`, `remove` and `prune`, and the file in which it is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.crashes import CrashLedger
from breadknife.engine.models.catalog import (
    Catalog,
    builtin_catalog,
    read_models,
    user_catalog,
    user_file,
    write_user_catalog,
)
from breadknife.engine.models.store import ModelStore
from breadknife.errors import SettingsError
from breadknife.paths import state_dir
from cli.models.running import DEFAULT, configure, refused, rows, run, write


@pytest.mark.parametrize(
    ("config", "name", "layer"),
    [
        ("", DEFAULT.name, "the catalog"),
        ('[models]\nnullcheck = "qwen2.5-coder-1.5b"', "qwen2.5-coder-1.5b", "config.toml"),
    ],
)
def test_which_says_who_decided(config: str, name: str, layer: str) -> None:
    configure(config)
    assert run("which", "nullcheck").stdout.startswith(f"nullcheck: {name}, from {layer}\n")


def test_which_of_an_unknown_role() -> None:
    roles = "completion, nullcheck, judge, embedding, rewrite, answer, next-edit, rerank, classify"
    assert f"the roles are {roles}" in refused("which", "cooking")


def test_allow_takes_back_a_setting_aside() -> None:
    ledger = CrashLedger(state_dir())
    for _ in range(3):
        ledger.died("smollm2-135m", "it died")
    assert "is not set aside (smollm2-135m)" in run("allow", "tiny").stderr
    assert run("allow", "smollm2-135m").exit_code == 0
    assert ledger.set_aside() == ()


def test_remove_forgets_and_leaves_the_users_own_file(home: Path) -> None:
    path = write(home / "tiny.gguf")
    run("add", str(path), "--role", "completion")
    assert run("remove", "tiny").stdout == f"tiny: forgotten; {path} is left\n"
    assert path.exists()
    assert read_models() == builtin_catalog()


@pytest.fixture
def littered(home: Path) -> Mapping[str, Path]:
    """A store with something of every kind."""
    store, big = ModelStore(), builtin_catalog().model("qwen2.5-coder-1.5b")
    run("add", str(write(home / "tiny.gguf")))
    return {
        "in use": write(store.path(DEFAULT)),
        "unused": write(store.path(big)),
        "unknown": write(store.folder / "old.gguf"),
        "notes": write(store.folder / "notes.txt"),
        "partial": write(store.partial(big) / "half").parent,
        "added": home / "tiny.gguf",
        "snapshot": write(state_dir() / "snapshots" / "abc"),
    }


def test_prune_shows_and_asks_before_it_deletes(littered: Mapping[str, Path]) -> None:
    refused = run("prune", answer="n\n")
    assert refused.exit_code == 1
    assert all(path.exists() for path in littered.values())
    assert str(littered["unused"]) in refused.stdout
    run("prune", answer="y\n")
    left = {name for name, path in littered.items() if path.exists()}
    assert left == {"in use", "notes", "added", "snapshot"}
    assert run("prune").stdout == "nothing to delete\n"


def test_prune_for_programs_deletes_with_yes_only(littered: Mapping[str, Path]) -> None:
    assert [row["deleted"] for row in rows("prune")] == [False] * 3
    with ModelStore().lock(builtin_catalog().model("qwen2.5-coder-1.5b")):
        found = rows("prune", "--yes")
    assert {Path(row["path"]).name: row["deleted"] for row in found} == {
        "qwen2.5-coder-1.5b": False,  # somebody is pulling it
        littered["unused"].name: True,
        "old.gguf": True,
    }


@pytest.mark.parametrize("use", ["[models]\ncompletion", "[escalate]\nnullcheck"])
def test_a_model_that_config_toml_names_is_in_use(use: str, littered: Mapping[str, Path]) -> None:
    configure(f'{use} = "qwen2.5-coder-1.5b"\n')
    assert littered["unused"] not in {Path(row["path"]) for row in rows("prune")}


def test_old_snapshots_go(littered: Mapping[str, Path]) -> None:
    os.utime(littered["snapshot"], (0, 0))
    assert littered["snapshot"] in {Path(row["path"]) for row in rows("prune")}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(title=TEXT, path=TEXT, roles=st.lists(TEXT).map(tuple), chosen=st.dictionaries(TEXT, TEXT))
def test_what_is_written_is_read_back(tmp_path_factory, title: str, path: str, roles: tuple, chosen: dict) -> None:
    catalog = Catalog((replace(DEFAULT, title=title, path=path, roles=roles),), chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREADKNIFE_HOME", str(tmp_path_factory.getbasetemp() / "round trip"))
        write_user_catalog(catalog)
        assert user_catalog() == catalog


def test_a_broken_file_leaves_the_catalog_and_is_said() -> None:
    write(user_file(), b'[[models]]\nname = "x"\n')
    assert read_models() == builtin_catalog()
    with pytest.raises(SettingsError, match=r"models\.toml: .*title.*; mend it"):
        user_catalog()
    for command in "list", "which completion", "add x.gguf", "prune":
        result = run(*command.split())
        assert (result.exit_code, "models.toml" in result.stderr) == (2, True)


@pytest.mark.parametrize("command", ["add", "which", "allow", "prune"])
def test_every_help_has_an_example(command: str) -> None:
    assert f"Examples:\n\n    breadknife models {command}" in run(command, "--help").stdout
