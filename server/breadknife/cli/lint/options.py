"""Reads what the user asks of `breadknife lint` from its command line."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.cli.formats.table import FORMATS, STATISTICS, Format
from breadknife.cli.lint.changed import ChangeOptions
from breadknife.errors import SettingsError
from breadknife.task.values import Confidence, Finding

RAY = "ray"
"""The executor that checks on a cluster."""
_NEAREST = 3
"""How many names an error suggests."""


@dataclass(frozen=True)
class RuleSelection:
    """`--select` and `--ignore`. A rule is named by its id (`harper/AnA`), its code (`AnA`), or the beginning of either
    (`harper/`, `none-`).

    Of the names that fit a finding the longest decides; of two that are as long, the ignored one.
    """

    selected: Sequence[str] = ()
    """If empty, all rules are selected."""
    ignored: Sequence[str] = ()

    def keeps(self, finding: Finding) -> bool:
        names = [*_names(finding.source, finding.code)]
        return _longest(self.selected or ("",), names) > _longest(self.ignored, names)

    def check(self, rules: Mapping[str, str]) -> None:
        """Raise SettingsError for a name that fits none of `rules`, with the nearest names.

        Args:
            rules: a sentence about each rule, by its id. An id that ends in `/` stands for all rules of a source.
        """
        sources = tuple(id for id in rules if id.endswith("/"))
        names = {name for id in rules if id not in sources for name in _names(*id.split("/", 1))} | set(sources)
        for option, values in (("--select", self.selected), ("--ignore", self.ignored)):
            for name in values:
                if not name.startswith(sources) and not any(known.startswith(name) for known in names):
                    raise SettingsError(f"{option} {name}: no such rule; {_nearest(name, names)}")


def split_names(values: Iterable[str]) -> tuple[str, ...]:
    """Return the names of an option that may be given again, each time with several names: `a,b`."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _names(source: str, code: str) -> Iterator[str]:
    """Yield all names of a rule: its id, its code, and if several engines agree (`harper+languagetool`), an id with
    each of them."""
    yield f"{source}/{code}"
    yield from (f"{engine}/{code}" for engine in source.split("+"))
    yield code


def _longest(prefixes: Iterable[str], names: Sequence[str]) -> int:
    """Return the length of the longest of `prefixes` that one of `names` begins with; -1 where none does."""
    return max((len(prefix) for prefix in prefixes if any(name.startswith(prefix) for name in names)), default=-1)


def _nearest(name: str, names: Iterable[str]) -> str:
    # Capitals are the likeliest thing to be wrong about a name.
    by_fold = {known.casefold(): known for known in sorted(names)}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=_NEAREST, cutoff=0.6)
    if not near:
        return "name a rule as a finding shows it, such as `nullcheck/none-attribute`, or what rules begin with"
    return f"the nearest are {', '.join(by_fold[fold] for fold in near)}"


@dataclass(frozen=True)
class Report:
    """A file that is written beside the output."""

    format: str
    path: Path

    @classmethod
    def of(cls, value: str) -> Report:
        """Read `FORMAT:FILE`. Raises SettingsError."""
        format, _, path = value.partition(":")
        if format not in FORMATS or not path:
            raise SettingsError(f"--report {value}: write FORMAT:FILE; the formats are {', '.join(FORMATS)}")
        return cls(format, Path(path))


@dataclass(frozen=True)
class LintOptions:
    paths: Sequence[Path] = ()
    stdin_filename: Path | None = None
    """Standard input is checked as this file would be, in place of `paths`."""
    language: str | None = None
    """The language id of every file; None to tell it from each file's name."""
    only: Collection[str] = ()
    """Names of the plugins that are asked; if empty, all are."""
    selection: RuleSelection = field(default_factory=RuleSelection)
    min_confidence: Confidence | None = None
    """The least confidence of a finding that is shown; None to hide only hints that their plugin isn't sure of."""
    format: str = "text"
    statistics: bool = False
    """Show only how many findings each rule has."""
    output_file: Path | None = None
    """Written in place of standard output."""
    reports: Sequence[Report] = ()
    exit_zero: bool = False
    """Exit with 0 even if there are findings."""
    changes: ChangeOptions | None = None
    """Check only what has changed; None for everything."""
    uses_baseline: bool = True
    """Leave out the findings that the folder's baseline keeps."""
    jobs: int | None = None
    """The number of processes that check; None for one at first, and one for each core if that takes long."""
    executor: str | None = None
    """`RAY` to check on a cluster, None to check on this machine."""
    cache_url: str = ""
    """The address of a cache that is shared with other machines; empty for none."""
    offline: bool = False
    engine_script: Path | None = None

    def is_likely(self, finding: Finding) -> bool:
        """Tell whether the finding is likely enough to be shown."""
        if self.min_confidence is None:
            return not finding.is_unlikely
        return finding.confidence.reaches(self.min_confidence)

    def output_format(self) -> Format:
        """Return the format of the output, with what that and the reports need. Raises SettingsError if it doesn't
        exist, or has no statistics."""
        if self.format not in FORMATS:
            raise SettingsError(f"--format {self.format}: the formats are {', '.join(FORMATS)}")
        if not self.statistics:
            asked = [FORMATS[self.format], *(FORMATS[report.format] for report in self.reports)]
            has_fixes, names_rules = any(each.has_fixes for each in asked), any(each.names_rules for each in asked)
            return replace(FORMATS[self.format], has_fixes=has_fixes, names_rules=names_rules)
        if self.format not in STATISTICS:
            raise SettingsError(f"--statistics: its formats are {', '.join(STATISTICS)}; leave `--format` out")
        return STATISTICS[self.format]
