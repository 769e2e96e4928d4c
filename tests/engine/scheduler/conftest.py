"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from breadknife.engine.daemon.scheduler import Scheduler
from engine.fake_model import FakeModel, FakeModels, only


@pytest.fixture
def slow() -> FakeModel:
    return FakeModel(step_seconds=0.02)


@pytest.fixture
def start() -> Iterator[Callable[[FakeModels | FakeModel], Scheduler]]:
    schedulers: list[Scheduler] = []

    def start(models: FakeModels | FakeModel) -> Scheduler:
        schedulers.append(Scheduler(models if isinstance(models, FakeModels) else only(models)))
        return schedulers[-1]

    yield start
    for scheduler in schedulers:
        scheduler.close()
