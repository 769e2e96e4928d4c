"""The rows of `kinds.toml`: how each kind of drift is told, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from breadknife.plugins.drift.values import Drift, Kind
from breadknife.task.values import Severity


class KindRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the file, which says what the fields mean."""

    name: Kind
    on: bool
    severity: Severity
    message: str
    rule: str
    figures: str = ""

    def say(self, drift: Drift) -> str:
        """Return the sentence about a drift."""
        return self.message.format(symbol=drift.symbol or "The code", subject=drift.subject, new=drift.new)


class _Table(msgspec.Struct, frozen=True):
    kind: tuple[KindRow, ...]


@cache
def kinds() -> Mapping[Kind, KindRow]:
    """Return the rows by the name of their kind."""
    table = msgspec.toml.decode(files(__package__ or "").joinpath("kinds.toml").read_bytes(), type=_Table)
    return {row.name: row for row in table.kind}
