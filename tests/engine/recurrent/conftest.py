"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from breadknife.engine.llama.recurrent import RecurrentModel, open_model
from breadknife.engine.llama.weights import Weights
from engine.recurrent.asking import (
    CELLS,
    SEQUENCES,
    WIDTH,
    Engine,
    Fresh,
    last_position,
)
from engine.tiny_models import RECURRENT, recurrent


@pytest.fixture(scope="module", params=RECURRENT)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecurrentModel]:
    path = tmp_path_factory.mktemp("models") / f"{request.param}.gguf"
    path.write_bytes(recurrent(request.param))
    model = open_model(Weights(path), cells=CELLS, sequences=SEQUENCES, threads=1, width=WIDTH)
    assert isinstance(model, RecurrentModel)
    yield model
    model.close()


@pytest.fixture
def model(loaded: RecurrentModel) -> Iterator[RecurrentModel]:
    """With an empty cache; afterwards llama.cpp's memory must hold what `tokens` says."""
    yield loaded
    loaded.interrupt(False)
    for sequence, tokens in enumerate(loaded.tokens):
        assert last_position(loaded, sequence) == len(tokens) - 1
        loaded.truncate(sequence, 0)
    assert loaded.used() == loaded.checkpoints.bytes == 0


@pytest.fixture(scope="module")
def fresh(loaded: RecurrentModel) -> Iterator[Fresh]:
    fresh = Fresh(loaded._path)
    yield fresh
    fresh.model.close()


@pytest.fixture
def engine(model: RecurrentModel) -> Iterator[Engine]:
    engine = Engine(model)
    yield engine
    engine.scheduler.close()
