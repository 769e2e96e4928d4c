"""The status that `breadknife status`, `doctor` and the editors' health pages show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from breadknife import __version__
from breadknife.engine.api import EngineStatus
from breadknife.engine.fit.recommending import ROLE, SOON, fits, milliseconds, smaller
from breadknife.engine.fit.speed import calibrated
from breadknife.engine.installed import is_installed
from breadknife.engine.machine import total_memory
from breadknife.engine.models.store import ModelStore
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import EngineUnavailable
from breadknife.host.host import Host
from breadknife.host.plugins.registry import roles_of
from breadknife.host.receipts import Outcome


def status(host: Host) -> dict[str, Any]:
    """Return the status as JSON values. It starts no engine and loads no model."""
    engine, problem = None, ""
    try:
        engine = host.engine.status()
    except EngineUnavailable as error:
        problem = str(error)
    needed = {role for plugin in host.registry.plugins for role in roles_of(plugin)}
    by_catalog = {role: name for role, name in host.catalog.roles.items() if role in needed or _is_usual(host, name)}
    roles = by_catalog | dict(host.settings.models)
    return {
        "version": __version__,
        "offline": host.settings.offline,
        "engine": asdict(engine) if engine else None,
        "engine_installed": engine is not None or is_installed(),
        "engine_problem": problem,
        "models": [
            {
                "name": name,
                "roles": sorted(role for role, model in roles.items() if model == name),
                "path": _path(host, name),
            }
            for name in dict.fromkeys(roles.values())
        ],
        "remotes": list(_remotes(host, roles)),
        "plugins": [
            {"name": plugin.name, "enabled": plugin.name not in host.settings.disabled}
            for plugin in host.registry.plugins
        ],
        "reading": host.incomplete.uris(),
        "problems": [*(str(problem) for problem in host.registry.problems), *_slow_models(host, engine, roles)],
        "failures": [asdict(receipt) for receipt in host.ledger.newest(limit=100) if receipt.outcome is Outcome.FAILED],
        "bytes_sent": host.bytes_sent,
    }


def _slow_models(host: Host, engine: EngineStatus | None, roles: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence if the model that completes code was measured, and is slow here, while there is a smaller
    one."""
    used = roles.get(ROLE, "")
    for model in engine.models if engine else ():
        if model.name != used or not model.calibration:
            continue
        info, speed = host.catalog.model(used), calibrated(model.calibration)
        found = fits(host.catalog.models, info, speed, total_memory())
        if speed.first_suggestion > SOON and (other := smaller(found, info)):
            yield (
                f"{used} is slow here: a first suggestion takes {speed.first_suggestion * 1000:,.0f} ms, with "
                f"{other.model.name} {milliseconds(other)}; `breadknife models use {other.model.name}` changes to it"
            )


def _is_usual(host: Host, name: str) -> bool:
    return any(model.name == name and model.usual for model in host.catalog.models)


def _path(host: Host, name: str) -> str | None:
    """Return the path of a model's file; None if it isn't on this machine or another program runs it."""
    path = None if split_model(name) else ModelStore().find(host.catalog.model(name))
    return str(path) if path else None


def _remotes(host: Host, roles: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the engines that get text for a role, each with a sentence for people."""
    for name, runtime in host.settings.engines.items():
        asking = sorted(role for role, model in roles.items() if (split_model(model) or ("",))[0] == name)
        if not asking:
            continue
        what = "machine" if not runtime.local else "process"
        how = ", unencrypted" if not runtime.local and runtime.url.startswith("http:") else ""
        refused = host.settings.offline and not runtime.local
        sentence = (
            f"{', '.join(asking)}: refused while offline, the engine {name} is on another machine ({runtime.url})"
            if refused
            else f"{', '.join(asking)}: text leaves this {what}{how}, to the engine {name} at {runtime.url}"
        )
        yield {
            "name": name,
            "url": runtime.url,
            "roles": asking,
            "leaves_machine": not runtime.local,
            "refused": refused,
            "sentence": sentence,
        }
