"""What a part says that it will fetch: only what isn't here."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.setup.engine import EnginePart, made_folder
from breadknife.setup.engine_build import work_folder
from breadknife.setup.engine_source import RELEASE, SIZE, sdist_in
from breadknife.setup.models import ModelPart

pytestmark = pytest.mark.usefixtures("home")
CODER = builtin_catalog().model("qwen2.5-coder-0.5b")
MINILM = builtin_catalog().model("all-minilm-l6-v2")


@pytest.mark.parametrize(
    ("kept", "missing"),
    [
        pytest.param({}, CODER.size, id="nothing is here"),
        pytest.param({CODER.file: 1000}, CODER.size - 1000, id="half a file of the hub"),
        pytest.param({"01.whl": 300, "02.whl": 200}, CODER.size - 500, id="two of its parts"),
        pytest.param({"01.whl": 300, "joined": 999}, CODER.size - 300, id="what was made of parts isn't fetched"),
        pytest.param({"fetching/tmp/03.whl": 999}, CODER.size, id="pip begins its file again"),
    ],
)
def test_a_model_that_was_begun(tmp_path: Path, kept: dict[str, int], missing: int) -> None:
    store = ModelStore(tmp_path)
    for name, size in kept.items():
        path = store.partial(CODER) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    assert ModelPart(CODER, store=store).status().size == missing


def test_a_model_that_is_made_here_comes_as_a_package(tmp_path: Path) -> None:
    assert MINILM.convert
    assert ModelPart(MINILM, store=ModelStore(tmp_path)).status().size == MINILM.convert.size > MINILM.size


@pytest.fixture
def without_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.engine.installed.version", lambda: None)


@pytest.mark.usefixtures("without_engine")
def test_an_engine_that_is_here_is_not_fetched(tmp_path: Path) -> None:
    wheel = f"llama_cpp_python-{RELEASE}+breadknife9-py3-none-any.whl"
    assert EnginePart().status().size == SIZE
    assert EnginePart(str(tmp_path)).status().size == SIZE
    (tmp_path / wheel).touch()
    assert EnginePart(str(tmp_path)).status().size == 0
    for path in (made_folder() / wheel, sdist_in(work_folder())):
        path.parent.mkdir(parents=True)
        path.touch()
        assert EnginePart().status().size == 0
        path.unlink()
