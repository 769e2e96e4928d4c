"""Which models that complete code this machine is fast enough for, and has the memory for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine import machine
from breadknife.engine.api import Engine
from breadknife.engine.fit.speed import Speed, calibrated, estimated, load_model, measure_speed
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.store import ModelStore
from breadknife.errors import ModelError, ModelMissing

ROLE = "completion"
SOON = 0.4
"""Seconds within which a suggestion has to come: it is seen before most people type on."""
SHARE_OF_MEMORY = 0.5
"""The part of the machine's memory that a recommended model may take."""


@dataclass(frozen=True)
class Fit:
    """How a model fits this machine."""

    model: ModelInfo
    speed: Speed
    measured: bool
    """False if the speed is estimated from another model's."""
    memory: int
    """The bytes of memory that this machine has."""

    @property
    def has_memory(self) -> bool:
        return self.model.memory <= SHARE_OF_MEMORY * self.memory

    @property
    def is_fast(self) -> bool:
        return self.speed.first_suggestion <= SOON

    @property
    def is_free(self) -> bool:
        """True if the licence is an open one. Those that SPDX doesn't list restrict what the model is used for."""
        return "LicenseRef" not in self.model.licence


def fits(models: Iterable[ModelInfo], measured: ModelInfo, speed: Speed, memory: int) -> tuple[Fit, ...]:
    """Return how the models that complete code fit, the smallest first. `speed` was measured of `measured`; models of
    which nobody knows how much they compute are left out."""
    found = (
        Fit(model, speed if model == measured else guess, model == measured, memory)
        for model in models
        if (guess := estimated(speed, measured, model)) and ROLE in model.roles
    )
    return tuple(sorted(found, key=lambda fit: fit.model.size))


def recommended(found: Iterable[Fit]) -> Fit | None:
    """Return the largest model that is fast enough, fits the memory, and whose licence anybody can accept."""
    good = [fit for fit in found if fit.is_fast and fit.has_memory and fit.is_free]
    return good[-1] if good else None


def smaller(found: Iterable[Fit], model: ModelInfo) -> Fit | None:
    """Return the largest model that is smaller than a model, as far as anybody can accept its licence."""
    good = [fit for fit in found if fit.model.size < model.size and fit.is_free]
    return good[-1] if good else None


def check_memory(model: ModelInfo) -> None:
    """Raise ModelError for a model that is bigger than this machine's memory."""
    total = machine.total_memory()
    if model.memory > total:
        raise ModelError(
            f"{model.name} takes about {model.memory / 1e9:.1f} GB of memory, and this machine has {total / 1e9:.1f} "
            "GB; `breadknife models recommend` names one that fits"
        )


@dataclass(frozen=True)
class Survey:
    """How each model that completes code fits this machine, the smallest first."""

    fits: tuple[Fit, ...]
    busy: float
    """How many cores other programs kept busy meanwhile; 0 if the speed was measured at rest."""

    def advice(self, used: str) -> str:
        """Return in a sentence or two which model suits this machine, if `used` completes code now."""
        best, cores = recommended(self.fits), machine.cores()[1]
        doubt = ""
        if self.busy > cores / 4:
            doubt = f" Other programs kept {self.busy:.1f} of {cores} cores busy: ask again when they rest."
        if best is None:
            quickest = min(self.fits, key=lambda fit: fit.speed.first_suggestion)
            slow = f"Each model is slow here: of the quickest, {quickest.model.name}, a first suggestion takes "
            return f"{slow}{milliseconds(quickest)}.{doubt}"
        about = f"a first suggestion in {milliseconds(best)}, {best.model.memory / 1e9:.1f} GB of memory"
        if best.model.name == used:
            return f"{used}, which completes code, suits this machine best: {about}.{doubt}"
        change = f"`breadknife models use {best.model.name}` changes to it"
        return f"{best.model.name} suits this machine best: {about}; {change}.{doubt}"


def survey(models: Sequence[ModelInfo], store: ModelStore, used: str, engine: Engine, cancel: CancelToken) -> Survey:
    """Measure the model `used`, or another one that is here, and return how each that completes code fits.

    It takes some seconds, and asks nobody but the engine. Raises ModelMissing if none is here, EngineError, ModelError,
    Cancelled.
    """
    here = [model for model in models if model.parameters and ROLE in model.roles and store.find(model)]
    if not here:
        raise ModelMissing("no model that completes code is here to measure with; `breadknife setup model` fetches one")
    measured = next((model for model in here if model.name == used), min(here, key=lambda model: model.size))
    load_model(engine, measured.name, cancel)
    status = engine.status()
    others = machine.others_work(status.pid if status else None)
    next(others)
    speed = measure_speed(engine, measured.name, cancel)
    busy = next(others)
    loaded = (model for model in status.models if model.name == measured.name) if status else ()
    if calibration := next((model.calibration for model in loaded), None):  # the engine measured while all was quiet
        speed, busy = min(speed, calibrated(calibration), key=lambda each: each.first_suggestion), 0.0
    return Survey(fits(models, measured, speed, machine.total_memory()), busy)


def milliseconds(fit: Fit) -> str:
    return f"{'' if fit.measured else 'about '}{fit.speed.first_suggestion * 1000:,.0f} ms"
