"""Harper: the checker that is always there."""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import harper

from breadknife.plugins.prose.engines.lint import Lint, drop_noise, printable
from breadknife.plugins.prose.engines.rules import SPELLING, is_listed_as_noise
from breadknife.text.document import Span
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN

DIALECTS = {
    "en-US": harper.Dialect.AMERICAN,
    "en-GB": harper.Dialect.BRITISH,
    "en-AU": harper.Dialect.AUSTRALIAN,
    "en-CA": harper.Dialect.CANADIAN,
}


_LAUGHTER = re.compile(r"(?:ha)+h?|h", re.IGNORECASE)
"""Words that Harper lets pass though its dictionary lacks them."""
_UNKNOWN_WORD = "httpcore2"
_CLAUSE = re.compile(r"[^.,:;!?]+")
_MOST_CLAUSES = 300
"""A linter remembers what all of its rules said of each clause, which takes 60 kB, so after this many it is replaced. A
new one takes 20 ms, for the dictionary is shared."""


def harper_thread() -> ThreadPoolExecutor:
    """Return the thread for all of Harper's linters: none is thread-safe, and each thread that meets a word that no
    dictionary has would take a second and 50 MB for what suggests others."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="harper")


class HarperEngine:
    """Harper in this process, in its own thread, without what is noise in technical prose."""

    name = "harper"

    def __init__(
        self,
        dialect: str,
        enabled: frozenset[str] = frozenset(),
        alone: frozenset[str] = frozenset(),
        thread: ThreadPoolExecutor | None = None,
    ) -> None:
        """`enabled`: rules to switch on that are off by default. `alone`: if not empty, all other rules are off.
        `thread`: one of `harper_thread`, to be shared with other linters."""
        self._dialect = dialect
        self._enabled = enabled
        self._alone = alone
        self._clause_hashes = set[int]()
        """Of the clauses that the linter remembers."""
        self._has_suggested = False
        """It has loaded what suggests other words."""
        self._linter: harper.Linter | None = None
        self._thread = thread or harper_thread()

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        if language not in ("", self._dialect):
            return ()
        return self._thread.submit(self._lints, text).result()

    def load(self) -> Future[tuple[Lint, ...]]:
        """Begin to load what all linters share: the dictionary, and what suggests other words for one that it lacks.
        That takes two seconds."""
        return self._thread.submit(self._lints, _UNKNOWN_WORD)

    def close(self) -> None:
        self._linter = None

    def _lints(self, text: str) -> tuple[Lint, ...]:
        linter = self._linter or self._build()  # in a variable, for another thread may close us
        self._linter = linter
        lints = drop_noise(self._ask(linter, text), self._enabled)
        self._schedule_cleanup(text, lints)
        return lints

    def _ask(self, linter: harper.Linter, text: str) -> tuple[Lint, ...]:
        by_rule = linter.organized_lints(printable(text), language="plaintext", dedup=False)
        return tuple(_convert(rule, lint) for rule, lints in by_rule.items() if lints for lint in lints)

    def _schedule_cleanup(self, text: str, lints: Iterable[Lint]) -> None:
        """Have memory given back if there is much of it, in Harper's thread, after the answer."""
        work: Callable[[], None] | None = None
        if not self._has_suggested and any(lint.rule in SPELLING and lint.replacements for lint in lints):
            self._has_suggested, work = True, give_back_memory
        if not self._alone:  # with few rules a linter remembers little
            self._clause_hashes.update(map(hash, _CLAUSE.findall(text)))
            work = self._forget if len(self._clause_hashes) > _MOST_CLAUSES else work
        if work is not None:
            with contextlib.suppress(RuntimeError):  # the program ends
                self._thread.submit(work)

    def _forget(self) -> None:
        """Replace a linter that remembers too much by a new one."""
        if self._linter is not None and len(self._clause_hashes) > _MOST_CLAUSES:
            self._clause_hashes.clear()
            self._linter = None  # first, so that there are never two
            self._linter = self._build()

    def _build(self) -> harper.Linter:
        """Return a linter with this engine's rules. The first one of the process takes half a second."""
        linter = harper.Linter(DIALECTS[self._dialect])
        config = linter.get_default_lint_config()
        useful = {rule for rule, on in config.items() if on and not is_listed_as_noise(self.name, rule)}
        asked = self._alone or useful | self._enabled
        linter.set_lint_config({rule: rule in asked for rule in config})
        linter.import_words([NOUN, VOWEL_NOUN])  # or it looks for their spelling each time
        give_back_memory()
        return linter


class HarperDictionary(HarperEngine):
    """Harper's dictionary: `check` returns nothing for a word that is in it, else a lint that need not say what might
    be meant instead."""

    def __init__(self, dialect: str, thread: ThreadPoolExecutor | None = None) -> None:
        super().__init__(dialect, alone=SPELLING, thread=thread)

    def _ask(self, linter: harper.Linter, text: str) -> tuple[Lint, ...]:
        # `is_likely_english` tells that a word is missing in a fortieth of the time that finding replacements takes.
        if text.isascii() and text.isalpha() and not _LAUGHTER.fullmatch(text) and not linter.is_likely_english(text):
            return (Lint(self.name, "SpellCheck", Span(0, len(text)), "", (), "Spelling"),)
        return super()._ask(linter, text)


def rules_of_harper() -> Mapping[str, str]:
    """Return what each rule is about, in a sentence or more, by the rule's name."""
    return harper.Linter(harper.Dialect.AMERICAN).get_lint_descriptions()


def give_back_memory() -> None:
    """Give back to the system what is free: Harper's dictionary takes 150 MB while it is made, and 115 when it is; what
    suggests other words 80, and 50."""
    with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def _convert(rule: str, lint: harper.Lint) -> Lint:
    """Return what Harper says in the form that all engines share."""
    problem = lint.problem_text
    replacements = [
        problem + suggestion.replacement_text
        if suggestion.kind == harper.SuggestionKind.INSERT_AFTER
        else suggestion.replacement_text
        for suggestion in lint.suggestions
    ]
    if len(problem) == 1 and problem.isupper():  # it takes the article that starts a sentence for all capitals
        replacements = [replacement.capitalize() for replacement in replacements]
    span = Span(lint.span.start, lint.span.end)
    return Lint("harper", rule, span, lint.message, tuple(dict.fromkeys(replacements)), lint.lint_kind)
