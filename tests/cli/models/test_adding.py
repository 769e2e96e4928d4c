"""`breadknife models add`: a file of the user's own, or of the hub."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.engine.models.adding import AddRequest, add_model
from breadknife.engine.models.catalog import (
    Catalog,
    ModelInfo,
    builtin_catalog,
    read_models,
    user_catalog,
    write_user_catalog,
)
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelCorrupt, ModelMissing
from cli.models.running import CONTENT, DEFAULT, configure, refused, rows, run, write
from engine.gguf_files import ADAPTER, MODEL, gguf
from engine.hub import Hub
from engine.tiny_models import RECURRENT, bert, recurrent

SUM = hashlib.sha256(CONTENT).hexdigest()


def test_a_file_is_used_where_it_is_and_its_sum_is_pinned(home: Path) -> None:
    path = write(home / "My Models" / "Tiny Q4.GGUF")
    result = run("add", str(path))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"tiny-q4 is added: {path}\n")
    assert f"SHA-256 {SUM}" in result.stdout
    model = read_models().model("tiny-q4")
    assert model == ModelInfo(
        "tiny-q4", "Tiny", "mit", "Q4_K_M", 2048, (), path.name, len(CONTENT), SUM, path=str(path)
    )
    assert ModelStore().verified(model) == path
    write(path, CONTENT[:-1] + b"x")
    with pytest.raises(ModelCorrupt, match="if you changed it yourself"):
        ModelStore().verified(model)
    path.unlink()
    with pytest.raises(ModelMissing, match=r"is gone; put it back, or run `breadknife models remove tiny-q4`"):
        ModelStore().verified(model)


def test_a_role_is_given_at_once(home: Path) -> None:
    result = run("add", str(write(home / "tiny.gguf")), "--role", "completion", "--role", "rewrite")
    assert "it does completion from now on" in result.stdout
    assert read_models().for_role("completion").name == "tiny"
    assert json.loads(run("which", "completion", "--json").stdout) == {
        "role": "completion",
        "name": "tiny",
        "layer": "models.toml",
        "path": str(home / "tiny.gguf"),
        "sha256": SUM,
        "size": len(CONTENT),
    }


@pytest.mark.parametrize(
    ("content", "role", "said", "kind"),
    [
        (gguf(), "embedding", "a decoder: writes text", "decoder"),
        (CONTENT, "completion", "a decoder: writes text, and fills in the middle", "decoder"),
        (bert(), "embedding", "an encoder: embeddings of 32 numbers", "encoder"),
        (bert("rank"), "rerank", "a reranker: says how relevant texts are for a query", "reranker"),
        (bert("rank", ("bug", "wish")), "classify", "a classifier: bug, wish", "classifier"),
        *((recurrent(name), "rewrite", "a decoder: writes text", "decoder") for name in RECURRENT),
    ],
)
def test_each_kind_is_added_and_says_what_it_can_do(
    home: Path, content: bytes, role: str, said: str, kind: str
) -> None:
    path = write(home / "tiny.gguf", content)
    added = run("add", str(path))
    assert f"\n  {said}\n" in added.stdout
    assert "to use it: --role ROLE here, or `" in added.stdout
    again = run("add", str(path), "--role", role)
    assert f"it does {role} from now on" in again.stdout
    assert read_models().for_role(role).kind == kind
    assert [row["kind"] for row in rows("list") if row["name"] == "tiny"] == [kind]
    assert ", from models.toml" in run("which", role).stdout


def test_a_role_that_is_given_to_a_model_known_already_is_checked(home: Path) -> None:
    path = write(home / "tiny.gguf", bert())
    run("add", str(path))
    assert "can't have the role judge" in run("add", str(path), "--role", "judge").stderr
    user = user_catalog()
    write_user_catalog(replace(user, roles={"judge": "tiny"}))  # by hand
    told = run("which", "judge")
    assert (told.exit_code, "tiny is an encoder, so it can't have the role judge" in told.stderr) == (2, True)


def test_a_model_that_cannot_fill_in_gets_no_completion(home: Path) -> None:
    path = write(home / "tiny.gguf", gguf())
    said = refused("add", str(path), "--role", "completion")
    assert "no control tokens for filling in the middle, so it can't have the role completion" in said


def test_config_toml_wins_over_a_role_and_it_is_said(home: Path) -> None:
    configure('[models]\ncompletion = "qwen2.5-coder-1.5b"\n')
    result = run("add", str(write(home / "tiny.gguf")), "--role", "completion")
    assert "completion is still done by qwen2.5-coder-1.5b, because your config.toml says so" in result.stdout


@pytest.mark.parametrize(
    ("content", "arguments", "reason"),
    [
        (b"<html>", (), "is not a GGUF file but a web page"),
        (CONTENT[:-1], (), "is cut off"),
        (gguf({**MODEL, "general.type": "mmproj"}), (), "no language model (mmproj)"),
        (gguf({"general.architecture": "whisper"}), (), "no language model (whisper)"),
        (gguf(ADAPTER), (), "say which model it belongs to: --adapter-of MODEL"),
        (gguf(ADAPTER), ("--adapter-of", "qwen"), "did you mean qwen2.5-coder"),
        (CONTENT, ("--adapter-of", DEFAULT.name), "is no LoRA adapter; leave out --adapter-of"),
        (gguf(ADAPTER), ("--adapter-of", DEFAULT.name, "--role", "judge"), "leave out --role"),
        (CONTENT, ("--role", "completions"), "no role 'completions'; the roles are answer, classify, completion"),
        (CONTENT, ("--role", "rerank"), "is a decoder, so it can't have the role rerank, which needs a reranker"),
        (
            bert(),
            ("--role", "completion"),
            "is an encoder, so it can't have the role completion",
        ),
        (
            gguf({"general.architecture": "t5", "t5.context_length": 512}),
            (),
            "(t5) is no kind of model",
        ),
        (CONTENT, ("--name", "Tiny!"), "can't be a name"),
        (CONTENT, ("--name", "../x"), "can't be a name"),
        (CONTENT, ("--name", DEFAULT.name), "there is another model qwen2.5-coder-0.5b; choose another name"),
    ],
)
def test_refused(home: Path, content: bytes, arguments: tuple[str, ...], reason: str) -> None:
    assert reason in refused("add", str(write(home / "tiny.gguf", content)), *arguments)


@pytest.mark.parametrize("source", ["missing.gguf", "."])
def test_what_cannot_be_read_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.chdir(home)
    assert "name a GGUF file, or hf:OWNER/REPO/FILE" in refused("add", source)


def test_adding_twice_is_adding_once(home: Path) -> None:
    path = write(home / "tiny.gguf")
    run("add", str(path))
    again = run("add", str(path), "--role", "judge")
    assert again.stdout.startswith(f"tiny was known already: {path}\n")
    assert [model.name for model in user_catalog().models] == ["tiny"]
    assert user_catalog().roles == {"judge": "tiny"}
    renamed = run("add", str(path), "--name", "other")
    assert (renamed.exit_code, "is the model tiny already" in renamed.stderr) == (2, True)


@pytest.mark.model
def test_a_model_of_the_catalog_can_be_elsewhere(home: Path, tests_home: Path) -> None:
    known = builtin_catalog().model("smollm2-135m")
    here = tests_home / "data" / "models" / known.file
    result = run("add", str(here))
    assert result.stdout.startswith(f"smollm2-135m was known already: {here}\n")
    assert ModelStore().verified(read_models().model(known.name)) == here
    assert read_models().for_role("judge").path == str(here)


def test_an_adapter_belongs_to_its_model(home: Path) -> None:
    run("add", str(write(home / "tiny.gguf")))
    other = write(home / "other.gguf", gguf({**ADAPTER, "general.architecture": "qwen2"}))
    assert "for the architecture qwen2, and tiny is llama" in run("add", str(other), "--adapter-of", "tiny").stderr
    run("add", str(write(home / "style.gguf", gguf(ADAPTER))), "--adapter-of", "tiny")
    style = read_models().model("style")
    assert (style.base, style.context_size) == ("tiny", 2048)
    assert "remove that first" in run("remove", "tiny").stderr
    assert run("remove", "style", "tiny").exit_code == 0
    assert user_catalog() == Catalog()


def test_adding_at_once_loses_nothing(home: Path) -> None:
    paths = [write(home / f"tiny{n}.gguf", gguf({**MODEL, "general.name": f"Tiny {n}"})) for n in range(8)]
    with ThreadPoolExecutor() as pool:
        wishes = [AddRequest(str(path)) for path in paths]
        list(pool.map(lambda request: add_model(request, ModelStore(), lambda progress: None, offline=True), wishes))
    assert {model.name for model in user_catalog().models} == {path.stem for path in paths}


@pytest.mark.parametrize("command", ["pull", "verify"])
def test_a_file_that_is_gone_is_said(home: Path, command: str) -> None:
    path = write(home / "tiny.gguf")
    run("add", str(path))
    path.unlink()
    result = run(command, "tiny")
    assert result.exit_code != 0
    assert "is gone; put it back" in result.stdout + result.stderr


def add_from_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch, source: str, *arguments: str) -> tuple[int, str, str]:
    """In a process of its own: huggingface_hub reads HF_ENDPOINT when it is imported."""
    monkeypatch.setenv("BREADKNIFE_OFFLINE", "")
    monkeypatch.setenv("NO_PROXY", "*")
    with hub.serving():
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        command = [sys.executable, "-m", "breadknife", "models", "add", source, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


SOURCE = "hf:who/Tiny-GGUF/sub/Tiny-Q4.gguf"


PLACE = "/who/Tiny-GGUF/resolve/main/sub/Tiny-Q4.gguf"


def test_a_file_of_the_hub_is_fetched_and_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = add_from_hub(Hub(PLACE, CONTENT), monkeypatch, SOURCE, "--role", "judge")
    assert code == 0, err
    assert out.startswith("tiny-q4 is added: ")
    assert "tiny-q4: downloading" in err
    model = read_models().for_role("judge")
    assert (model.hub, model.file, model.sha256) == (SOURCE.removeprefix("hf:"), "Tiny-Q4.gguf", SUM)
    assert ModelStore().verified(model) == ModelStore().path(model)
    [removed] = rows("remove", "tiny-q4")
    assert removed == {"name": "tiny-q4", "freed": len(CONTENT), "forgotten": True}


def test_files_of_the_same_name_do_not_collide(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_user_catalog(Catalog((replace(DEFAULT, name="first", sha256="0" * 64, file="tiny-q4.GGUF"),)))
    code, _, err = add_from_hub(Hub(PLACE, CONTENT), monkeypatch, SOURCE, "--name", "second")
    assert code == 0, err
    assert read_models().model("second").file == "second.gguf"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"<html>", "is not a GGUF file but a web page"), (CONTENT[:-1], "is cut off")]
)
def test_a_bad_file_of_the_hub_leaves_nothing(monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str) -> None:
    code, _, err = add_from_hub(Hub(PLACE, content), monkeypatch, SOURCE)
    assert (code, reason in err) == (2, True)
    assert user_catalog() == Catalog()
    assert list(ModelStore().folder.glob("*.gguf")) == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("hf:who/Tiny-GGUF", "on the hub that is hf:OWNER/REPO/FILE.gguf"),
        ("hf:who/Tiny-GGUF/README.md", "on the hub that is hf:OWNER/REPO/FILE.gguf"),
        ("hf:who/../x.gguf", "on the hub that is hf:OWNER/REPO/FILE.gguf"),
        (SOURCE, "is not asked for offline"),
    ],
)
def test_what_is_not_asked_of_the_hub(source: str, reason: str) -> None:
    assert reason in refused("add", source)


def test_a_file_that_the_hub_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = add_from_hub(Hub("/elsewhere", CONTENT), monkeypatch, SOURCE)
    assert (code, "404" in err and "check the name" in err) == (2, True)
