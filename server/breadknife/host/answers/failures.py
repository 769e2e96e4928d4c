"""Maps what a plugin raises to an outcome and a reason."""

from __future__ import annotations

from dataclasses import replace

from breadknife.errors import (
    BreadknifeError,
    Cancelled,
    DocumentKept,
    EngineError,
    EngineMissing,
    FileRefused,
    ModelCorrupt,
    ModelError,
    ModelMissing,
    ModelSetAside,
    ModelUnfit,
    NetworkForbidden,
    PromptTooLong,
    Superseded,
    UnknownModel,
)
from breadknife.host.answers.form import BadAnswer
from breadknife.host.receipts import Outcome
from breadknife.task.reasons import silence
from breadknife.task.values import Silence

PLUGINS_FAULT = frozenset({"plugin-broke", "plugin-hung", "plugin-flooded", "bad-span", "bad-answer"})
"""Reasons that count towards a pause of the plugin."""

_CODES: tuple[tuple[type[BreadknifeError], str, Outcome], ...] = (
    (Superseded, "superseded", Outcome.CANCELLED),
    (Cancelled, "cancelled", Outcome.CANCELLED),
    (ModelMissing, "model-missing", Outcome.NOTHING),
    (UnknownModel, "model-unknown", Outcome.FAILED),
    (ModelCorrupt, "model-corrupt", Outcome.FAILED),
    (ModelSetAside, "model-set-aside", Outcome.FAILED),
    (DocumentKept, "ignored-file", Outcome.NOTHING),
    (ModelUnfit, "model-unfit", Outcome.FAILED),
    (ModelError, "model-failed", Outcome.FAILED),
    (PromptTooLong, "prompt-too-long", Outcome.FAILED),
    (EngineMissing, "engine-missing", Outcome.NOTHING),
    (EngineError, "engine-failed", Outcome.FAILED),
    (NetworkForbidden, "offline", Outcome.FAILED),
    (FileRefused, "file-refused", Outcome.NOTHING),
    (BreadknifeError, "failed", Outcome.FAILED),
)
"""The first matching row counts."""


def explained(plugin: str, error: BaseException) -> tuple[Outcome, Silence]:
    """Return the outcome and the reason of a request for which `plugin` raised `error`."""
    if isinstance(error, BadAnswer):
        return Outcome.FAILED, silence(error.reason, plugin=plugin, error=error)
    for kind, code, outcome in _CODES:
        if isinstance(error, kind):
            cause, _, remedy = str(error).partition("; ")
            reason = silence(code, plugin=plugin, error=cause)
            # The error's own remedy names the model or the file, so it is better than the reason's.
            return outcome, replace(reason, remedy=remedy) if remedy else reason
    return Outcome.FAILED, silence("plugin-broke", plugin=plugin, error=f"{type(error).__name__}: {error}")
