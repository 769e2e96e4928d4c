"""What a document says again and again in the same way: its authors' habit, and no slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rules import ARTICLES, is_of_dictionaries
from breadknife.plugins.prose.project.spelling import REPEATED

Habit = tuple[str, str, str, str]
"""An engine, its rule, the words that it speaks of, and what it would put there."""


def find_habits(paragraphs: Iterable[tuple[str, Iterable[Lint]]]) -> frozenset[Habit]:
    """Return what rules say REPEATED times or more of the same words, of paragraphs' texts with all that is said of
    them.

    Of 575 corrections that rules say as maintainers made them, 10 stood in such a document; of 372 things that the same
    rules say of untouched documents, 64 did (59 repositories for training and tuning, `bench/prose/habits.py`). How
    often the whole project has the same tells less: 72 and 73.
    """
    times = Counter(habit for text, lints in paragraphs for lint in lints if (habit := habit_of(text, lint)))
    return frozenset(habit for habit, count in times.items() if count >= REPEATED)


def habit_of(text: str, lint: Lint) -> Habit | None:
    """Return what is counted of a lint; None of an unknown word, which the vocabulary counts, and of an article, which
    is wrong or right by the word that follows it."""
    if lint.rule in ARTICLES or is_of_dictionaries(lint.engine, lint.rule):
        return None
    words = text[lint.span.start : lint.span.end].casefold()
    return lint.engine, lint.rule, words, "".join(lint.replacements[:1]).casefold()
