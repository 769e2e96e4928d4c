"""What breadknife would say of itself: for `breadknife status`, `doctor` and the editors' health pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from breadknife import __version__
from breadknife.engine.store import ModelStore
from breadknife.host.host import Host
from breadknife.host.receipts import Outcome


def status(host: Host) -> dict[str, Any]:
    """JSON values. Starts nothing: no engine, no model."""
    engine = host.engine.status()
    store = ModelStore()
    roles = {**host.catalog.roles, **host.settings.models}
    return {
        "version": __version__,
        "offline": host.settings.offline,
        "engine": asdict(engine) if engine else None,
        "models": [
            {
                "name": name,
                "roles": sorted(role for role, model in roles.items() if model == name),
                "path": str(path) if (path := store.find(host.catalog.model(name))) else None,
            }
            for name in dict.fromkeys(roles.values())
        ],
        "plugins": [
            {"name": plugin.name, "enabled": plugin.name not in host.settings.disabled}
            for plugin in host.registry.plugins
        ],
        "problems": [str(problem) for problem in host.registry.problems],
        "failures": [asdict(receipt) for receipt in host.ledger.newest(limit=100) if receipt.outcome is Outcome.FAILED],
        "bytes_sent": 0,
    }
