"""Where models are found, and that nothing but the SHA-256 makes a file the model."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.engine.models.catalog import ModelInfo, builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelCorrupt, ModelError, ModelMissing

CONTENT = b"GGUF the weights of a very small model"
SUM = hashlib.sha256(CONTENT).hexdigest()
MODEL = ModelInfo("tiny", "Tiny", "MIT", "F16", 16, ("completion",), "Tiny-F16.gguf", len(CONTENT), SUM)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A home without models: the machine's own are not to be found by accident."""
    home = tmp_path / "home"
    if "model" not in request.keywords:
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("USERPROFILE", str(home))
        for name in "OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME":
            monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def write(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


OLLAMA = f"blobs/sha256-{SUM}"
HUB = f"models--who--What-GGUF/blobs/{SUM}"


@pytest.mark.parametrize(
    ("variable", "value", "file"),
    [
        (None, "", f"home/.ollama/models/{OLLAMA}"),
        ("OLLAMA_MODELS", "big disk", f"big disk/{OLLAMA}"),
        (None, "", "home/.lmstudio/models/who/What-GGUF/Tiny-F16.gguf"),
        (None, "", "home/.cache/lm-studio/models/who/What-GGUF/Tiny-F16.gguf"),
        (None, "", f"home/.cache/huggingface/hub/{HUB}"),
        ("XDG_CACHE_HOME", "cache", f"cache/huggingface/hub/{HUB}"),
        ("HF_HOME", "hf", f"hf/hub/{HUB}"),
        ("HF_HUB_CACHE", "hub", f"hub/{HUB}"),
    ],
)
def test_other_programs_models_are_used_in_place(
    tmp_path: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch, variable: str | None, value: str, file: str
) -> None:
    assert store.find(MODEL) is None
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / value))
    path = write(tmp_path / file)
    assert store.find(MODEL) == path
    assert store.verified(MODEL) == path
    assert not store.folder.exists()


def test_our_own_file_comes_first(tmp_path: Path, store: ModelStore) -> None:
    write(tmp_path / f"home/.ollama/models/{OLLAMA}")
    own = write(store.path(MODEL))
    assert store.verified(MODEL) == own == store.folder / "Tiny-F16.gguf"


def test_a_missing_model_comes_with_the_remedy(store: ModelStore) -> None:
    with pytest.raises(ModelMissing, match="`breadknife models pull tiny`"):
        store.verified(MODEL)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CONTENT[:-1], id="truncated"),
        pytest.param(b"X" + CONTENT[1:], id="one byte differs"),
        pytest.param(CONTENT + b"\0", id="longer"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_wrong_file_of_ours_is_named_with_both_sums(store: ModelStore, content: bytes) -> None:
    path = write(store.path(MODEL), content)
    with pytest.raises(ModelCorrupt) as raised:
        store.verified(MODEL)
    for fact in str(path), SUM, hashlib.sha256(content).hexdigest(), "`breadknife models pull tiny`":
        assert fact in str(raised.value)


def test_a_name_proves_nothing(tmp_path: Path, store: ModelStore) -> None:
    path = write(tmp_path / f"home/.ollama/models/{OLLAMA}", CONTENT.upper())
    with pytest.raises(ModelCorrupt, match="not the model tiny"):
        store.verified(MODEL)
    assert path.read_bytes() == CONTENT.upper(), "it isn't ours to repair"


def test_a_good_file_is_found_behind_wrong_ones(tmp_path: Path, store: ModelStore) -> None:
    write(store.path(MODEL), CONTENT[:-1])
    write(tmp_path / f"home/.ollama/models/{OLLAMA}", CONTENT.upper())
    good = write(tmp_path / "home/.lmstudio/models/who/What-GGUF/Tiny-F16.gguf")
    assert store.verified(MODEL) == good


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"\0"])
def test_other_programs_unfinished_files_are_passed_over(tmp_path: Path, store: ModelStore, content: bytes) -> None:
    write(tmp_path / f"home/.cache/huggingface/hub/{HUB}", content)
    assert store.find(MODEL) is None
    with pytest.raises(ModelMissing):
        store.verified(MODEL)


def test_a_file_is_read_each_time(store: ModelStore) -> None:
    path = write(store.path(MODEL))
    store.verified(MODEL)
    path.write_bytes(CONTENT.upper())
    with pytest.raises(ModelCorrupt):
        store.verified(MODEL)


def test_a_folder_under_the_name_is_no_model(store: ModelStore) -> None:
    store.path(MODEL).mkdir(parents=True)
    assert store.find(MODEL) is None


def test_remove_frees_our_files_and_leaves_the_others(tmp_path: Path, store: ModelStore) -> None:
    foreign = write(tmp_path / f"home/.ollama/models/{OLLAMA}")
    own = write(store.path(MODEL))
    write(store.partial(MODEL) / "01.whl", b"12345")
    neighbour = replace(MODEL, name="other", file="other.gguf")
    write(store.path(neighbour))
    assert store.remove(MODEL) == len(CONTENT) + 5
    assert not own.exists()
    assert not store.partial(MODEL).exists()
    assert foreign.exists()
    assert store.path(neighbour).exists()
    assert store.remove(MODEL) == 0


def test_remove_refuses_while_a_pull_runs(store: ModelStore) -> None:
    own = write(store.path(MODEL))
    with store.lock(MODEL), pytest.raises(ModelError, match="being pulled"):
        store.remove(MODEL)
    assert own.exists()


def test_the_store_is_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "bk"))
    assert ModelStore().folder == tmp_path / "bk" / "data" / "models"


@pytest.mark.model
def test_the_real_model_is_here_and_good() -> None:
    model = builtin_catalog().for_role("completion")
    path = ModelStore().verified(model)
    with path.open("rb") as file:
        assert file.read(4) == b"GGUF"
