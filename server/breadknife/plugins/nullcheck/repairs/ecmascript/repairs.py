"""The repairs of JavaScript and TypeScript."""

from __future__ import annotations

from breadknife.plugins.nullcheck.repairs.ecmascript.chain import chain, claim
from breadknife.plugins.nullcheck.repairs.ecmascript.site import EcmaScriptSite
from breadknife.plugins.nullcheck.repairs.ignoring import ignore
from breadknife.plugins.nullcheck.repairs.leaving import leave_round, return_early, skip, throw
from breadknife.plugins.nullcheck.repairs.repair import RepairRule

REPAIRS: tuple[RepairRule[EcmaScriptSite], ...] = (
    chain, throw, leave_round, return_early, skip, claim, ignore,
)  # fmt: skip
