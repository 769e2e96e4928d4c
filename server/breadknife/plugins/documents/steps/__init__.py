"""The types of steps that the document actions are made of, in one table."""

from __future__ import annotations

from typing import Any

from breadknife.steps.step import StepType

RULES: tuple[StepType[Any, Any], ...] = ()
"""Steps that work by rules alone."""

STEPS = (*RULES,)
