"""`--select` and `--ignore`: which findings are told, by their rules' ids."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from breadknife.errors import SettingsError
from breadknife.task.values import Finding

_NEAREST = 3
"""How many names an error suggests."""


@dataclass(frozen=True)
class Selection:
    """Rules by name: an id (`harper/AnA`), a code (`AnA`), or what one of them begins with (`harper/`, `none-`).

    Of the names that fit a finding the longest decides; of two that are as long, the ignored one.
    """

    selected: Sequence[str] = ()
    """Without any, all rules are."""
    ignored: Sequence[str] = ()

    @property
    def is_any(self) -> bool:
        """Whether it names rules."""
        return bool(self.selected or self.ignored)

    def keeps(self, finding: Finding) -> bool:
        names = [*_names(finding.source, finding.code)]
        return _longest(self.selected or ("",), names) > _longest(self.ignored, names)

    def check(self, rules: Mapping[str, str]) -> None:
        """Raises SettingsError for a name that fits none of `rules`, with those that are nearest to it.

        An id of `rules` that ends in `/` stands for all rules of a source.
        """
        known = [id for id in rules if not id.endswith("/")]
        sources = tuple(id for id in rules if id.endswith("/"))
        names = {name for id in known for name in _names(*id.split("/", 1))} | set(sources)
        for option, given in (("--select", self.selected), ("--ignore", self.ignored)):
            for name in given:
                if not name.startswith(sources) and not any(each.startswith(name) for each in names):
                    raise SettingsError(f"{option} {name}: no such rule; {_nearest(name, names)}")


def listed(given: Iterable[str]) -> tuple[str, ...]:
    """Return the names of an option that may be given again, each time with several names: `a,b`."""
    return tuple(name.strip() for each in given for name in each.split(",") if name.strip())


def _names(source: str, code: str) -> Iterator[str]:
    """The id, one for each engine that agrees (`harper+languagetool`), and the code."""
    yield f"{source}/{code}"
    yield from (f"{engine}/{code}" for engine in source.split("+"))
    yield code


def _longest(wanted: Iterable[str], names: Sequence[str]) -> int:
    """The length of the longest name in `wanted` that one of `names` begins with; -1 where none does."""
    return max((len(each) for each in wanted if any(name.startswith(each) for name in names)), default=-1)


def _nearest(name: str, names: Iterable[str]) -> str:
    # Capitals are the likeliest thing to be wrong about a name.
    by_fold = {each.casefold(): each for each in sorted(names)}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=_NEAREST, cutoff=0.6)
    if not near:
        return "name a rule as a finding shows it, such as `nullcheck/none-attribute`, or what rules begin with"
    return f"the nearest are {', '.join(by_fold[each] for each in near)}"
