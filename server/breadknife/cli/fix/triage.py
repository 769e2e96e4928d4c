"""`breadknife null`: what of a checker's findings is to read, what one declaration ends, and what is noise; for people
and as JSON."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from breadknife.cli.fix.telling import as_json, name_of, origin_as_json, where_declared, where_found
from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import print_json, say
from breadknife.plugins.nullcheck.project.changes import FileChange
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.reported import FindingSources
from breadknife.plugins.nullcheck.project.triage import TO_READ, FindingClass, TriageGroup, VerifiedPatch, groups_of
from breadknife.text.printable import counted

SCHEMA = 2
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""
_LONGEST_DIFF = 6
"""Lines of a patch that are shown."""
_NAMED = 3
"""Places of a group that are named."""


def run(sources: FindingSources, top: int, *, is_json: bool, offline: bool) -> int:
    """Print the findings in groups of one cause each, of every sort at most `top` groups.

    Return the exit code: 0 no findings, 1 findings, 2 a file couldn't be read or checked.
    """
    folder = Path.cwd()
    with opened(offline=offline) as repairs:
        told = findings(repairs, sources, folder)
        groups = groups_of(repairs, told, folder, top)
        if is_json:
            listed = [_as_json(group, repairs, folder) for group in groups]
            print_json({"schema": SCHEMA, "findings": len(told.found), **_counts(groups), "groups": listed})
        else:
            _show(groups, sources, top, repairs, folder)
    return 2 if told.failed else 1 if told.found else 0


def _counts(groups: Sequence[TriageGroup]) -> dict[str, int]:
    """Return the number of groups of each sort. Those whose declaration disagrees with the code
    (`FindingClass.LIFE_CYCLE`) are `patches` if one change of it is surely right, else `by_hand`."""
    sorts = Counter(group.sorted.sort for group in groups)
    patches = sum(group.sorted.sort is FindingClass.LIFE_CYCLE and group.patch is not None for group in groups)
    return {
        "patches": patches,
        "bugs": sorts[FindingClass.CAN_HAPPEN],
        "unclear": sorts[FindingClass.UNCLEAR],
        "by_hand": sorts[FindingClass.LIFE_CYCLE] - patches,
        "noise": sorts[FindingClass.NOISE],
    }


def _as_json(group: TriageGroup, repairs: Repairs, folder: Path) -> dict[str, Any]:
    patch = group.patch
    return {
        "sort": group.sorted.sort,
        "why": group.sorted.why,
        "reason": group.sorted.reason,
        "chance": round(group.sorted.chance, 2),
        **origin_as_json(repairs, group.cause.origin, folder),
        "count": len(group.cause.findings),
        "patch": {
            "title": patch.title,
            "diff": patch.diff,
            "ended": patch.ended,
            "edits": [each for change in patch.changes for each in _edits(change)],
        }
        if patch
        else None,
        "no_patch": group.no_patch,
        "findings": [as_json(repairs, found, folder) for found in group.cause.findings],
    }


def _edits(change: FileChange) -> Iterator[dict[str, Any]]:
    """Yield what an editor has to replace: whole lines, from `line` (1-based) until before `end`."""
    before, after = change.before.split("\n"), change.after.split("\n")
    for tag, start, end, its_start, its_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield {"path": str(change.path), "line": start + 1, "end": end + 1,
                   "before": before[start:end], "after": after[its_start:its_end]}  # fmt: skip


def _show(groups: Sequence[TriageGroup], sources: FindingSources, top: int, repairs: Repairs, folder: Path) -> None:
    read = [group for group in groups if group.sorted.sort in TO_READ]
    declared = [group for group in groups if group.sorted.sort is FindingClass.LIFE_CYCLE]
    noise = [group for group in groups if group.sorted.sort is FindingClass.NOISE]
    parts = [f"{len(read)} to read"]
    if declared:
        parts.append(f"{counted(len(declared), 'declaration')} with {counted(_size(declared), 'finding')}")
    if noise:
        parts.append(f"{_size(noise)} noise")
    say(f"{counted(_size(groups), 'finding')} about null: {', '.join(parts)}")
    for title, some in (
        ("To read: the null can get there", read),
        ("Declarations: they say less than the code", declared),
    ):
        if some:
            say()
            say(title)
        for group in some[:top]:
            _show_group(group, sources, repairs, folder)
        if len(some) > top:
            say(f"{len(some) - top} more (--top)")
    if noise:
        say()
        say("Noise")
        _show_noise(noise, repairs, folder)


def _size(groups: Sequence[TriageGroup]) -> int:
    return sum(len(group.cause.findings) for group in groups)


def _show_group(group: TriageGroup, sources: FindingSources, repairs: Repairs, folder: Path) -> None:
    """Print a group: its place as editors and terminals open it, its reason, the other places, the repair."""
    origin, found = group.cause.origin, group.cause.findings
    is_declared = group.sorted.sort is FindingClass.LIFE_CYCLE
    uses = [where_found(repairs, finding, folder, column=True) for finding in found]
    place = where_declared(repairs, origin, found[0], folder) if is_declared else uses[0]
    say(f"{place}: {name_of(origin)}: {group.sorted.why}")
    others = uses if is_declared else uses[1:]
    if others and others != [place]:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        say(f"    {'used' if is_declared else 'also'} at {', '.join(others[:_NAMED])}{more}")
    if group.patch:
        _show_patch(group.patch, len(found))
        say(f"    {_command(group, sources, repairs, folder)}")
    elif group.no_patch and not is_declared:
        say(f"    no safe fix: {group.no_patch}")


def _show_patch(patch: VerifiedPatch, count: int) -> None:
    """Print a patch, and how many of the group's `count` findings it ends."""
    ends = f" (ends {patch.ended} of {count})" if count > 1 else ""
    say(f"    → {patch.title}{ends}")
    lines = (line for line in patch.diff.splitlines() if not line.startswith(("+++", "---")))
    shown = [line for line in lines if line.startswith(("+", "-"))]
    for line in shown[:_LONGEST_DIFF]:
        say(f"      {line.expandtabs(4)}")
    if len(shown) > _LONGEST_DIFF:
        say(f"      … {len(shown) - _LONGEST_DIFF} more lines")


def _command(group: TriageGroup, sources: FindingSources, repairs: Repairs, folder: Path) -> str:
    """Return the command that makes a group's repair."""
    lines = {where_found(repairs, finding, folder) for finding in group.cause.findings}
    files = {named(finding.path, folder) for finding in group.cause.findings}
    within = sorted(lines if len(lines) <= _NAMED else files if len(files) <= _NAMED else ())
    report = [] if sources.report is None else ["--from", "FILE" if sources.report == "-" else sources.report]
    return shlex.join(["breadknife", "fix", *within, *report, "--write"])


def _show_noise(groups: Sequence[TriageGroup], repairs: Repairs, folder: Path) -> None:
    """Print each reason once, with how many findings have it and where the first are."""
    by_reason = defaultdict[str, list[str]](list)
    for group in groups:
        by_reason[group.sorted.reason] += [where_found(repairs, found, folder) for found in group.cause.findings]
    for reason, places in sorted(by_reason.items(), key=lambda each: -len(each[1])):
        more = ", …" if len(places) > _NAMED else ""
        say(f"{len(places):>5}  {reason} ({', '.join(places[:_NAMED])}{more})")
