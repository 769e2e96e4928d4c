"""The types of steps that come with breadknife, in one table."""

from __future__ import annotations

from breadknife.steps.builtin.choose import CHOOSING
from breadknife.steps.builtin.diagnostics import EXPLAINING
from breadknife.steps.builtin.documents import READING
from breadknife.steps.builtin.guard.step import GUARDING
from breadknife.steps.builtin.models import ASKING
from breadknife.steps.builtin.program import RUNNING
from breadknife.steps.builtin.select import SELECTING
from breadknife.steps.builtin.texts import WORKING

STEPS = (*SELECTING, *WORKING, *CHOOSING, *ASKING, *GUARDING, *EXPLAINING, *READING, *RUNNING)
