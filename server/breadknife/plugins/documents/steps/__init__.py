"""The types of steps that the document actions are made of, in one table."""

from __future__ import annotations

from breadknife.plugins.documents.steps.fixing import FIXING
from breadknife.plugins.documents.steps.lists import LISTING
from breadknife.plugins.documents.steps.paragraphs import JOINING
from breadknife.plugins.documents.steps.parallel import ORDERING
from breadknife.plugins.documents.steps.plain import PLAIN
from breadknife.plugins.documents.steps.rewriting import REWRITING
from breadknife.plugins.documents.steps.selection import PLACING
from breadknife.plugins.documents.steps.shorten import SHORTENING
from breadknife.plugins.documents.steps.split import SPLITTING

RULES = (*PLACING, *LISTING, *JOINING, *SPLITTING, *PLAIN, *SHORTENING, *ORDERING)
"""Steps that work by rules; one asks a model for its opinion."""

STEPS = (*RULES, *FIXING, *REWRITING)
