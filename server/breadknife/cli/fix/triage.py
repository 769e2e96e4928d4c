"""`breadknife null triage`: the groups of another checker's findings, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import counted, print_json, say
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.reported import Sources
from breadknife.plugins.nullcheck.project.triage.groups import Group, Patch, groups_of
from breadknife.plugins.nullcheck.project.triage.sorting import Sort
from breadknife.plugins.nullcheck.project.values import Found

SCHEMA = 1
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""
_LONGEST_DIFF = 12
"""Lines of a patch that are shown."""


def run(sources: Sources, top: int, *, as_json: bool, offline: bool) -> int:
    """Exit code: 0 no findings, 1 findings, 2 a file couldn't be read or checked."""
    folder = Path.cwd()
    with opened(None, offline=offline) as repairs:
        told = findings(repairs, sources, folder)
        groups = list(groups_of(repairs, told, folder))
        if as_json:
            listed = [_as_json(group, repairs, folder) for group in groups]
            print_json({"schema": SCHEMA, "findings": len(told.found), **_counts(groups), "groups": listed})
        else:
            _show(groups, len(told.found), sources, top, repairs, folder)
    return 2 if told.failed else 1 if told.found else 0


def _counts(groups: Sequence[Group]) -> dict[str, int]:
    """Of the groups: `by_hand` are life cycles for which no declaration is surely right."""
    sorts = Counter(group.sorted.sort for group in groups)
    patches = sum(group.sorted.sort is Sort.LIFE_CYCLE and group.patch is not None for group in groups)
    return {
        "patches": patches,
        "bugs": sorts[Sort.CAN_HAPPEN],
        "unclear": sorts[Sort.UNCLEAR],
        "by_hand": sorts[Sort.LIFE_CYCLE] - patches,
        "noise": sorts[Sort.NOISE],
    }


def _as_json(group: Group, repairs: Repairs, folder: Path) -> dict[str, Any]:
    origin, patch = group.cause.origin, group.patch
    at = repairs.changes.position(origin.path, origin.span.start) if origin.path and origin.span else (None, None)
    return {
        "sort": group.sorted.sort,
        "why": group.sorted.why,
        "chance": round(group.sorted.chance, 2),
        "kind": origin.kind,
        "name": origin.name,
        "path": named(origin.path, folder) if origin.path else None,
        "line": at[0],
        "column": at[1],
        "count": len(group.cause.findings),
        "patch": {"title": patch.title, "diff": patch.diff, "ended": patch.ended, "test": patch.test}
        if patch
        else None,
        "findings": [
            {
                "path": named(found.path, folder),
                "line": position[0],
                "column": position[1],
                "code": found.finding.code,
                "message": found.finding.message,
            }
            for found in group.cause.findings
            for position in [repairs.changes.position(found.path, found.place.span.start)]
        ],
    }


def _show(groups: Sequence[Group], count: int, sources: Sources, top: int, repairs: Repairs, folder: Path) -> None:
    counts = _counts(groups)
    parts = [
        f"{counts['patches']} patch{'' if counts['patches'] == 1 else 'es'}",
        counted(counts["bugs"], "bug"),
        *(f"{counts[key]} {key.replace('_', ' ')}" for key in ("unclear", "by_hand") if counts[key]),
        f"{counts['noise']} noise",
    ]
    say(f"{counted(count, 'finding')} → {', '.join(parts)}")
    for sort in Sort:
        of_sort = [group for group in groups if group.sorted.sort is sort]
        if of_sort:
            say()
            say(f"{sort.capitalize()}: {counted(len(of_sort), 'group')} of {_findings(of_sort)}")
        for group in islice(of_sort, top):
            _show_group(group, repairs, folder)
        if len(of_sort) > top:
            say(f"  {len(of_sort) - top} more (--top)")
    if any(group.patch for group in groups):
        say()
        say(f"To make the repairs: breadknife fix --from {sources.report if sources.report != '-' else 'FILE'} --write")


def _findings(groups: Sequence[Group]) -> str:
    return counted(sum(len(group.cause.findings) for group in groups), "finding")


def _show_group(group: Group, repairs: Repairs, folder: Path) -> None:
    origin, first = group.cause.origin, group.cause.findings[0]
    of = f"{origin.kind} " if origin.kind not in (Kind.PLACE, Kind.LIBRARY, Kind.FUNCTION) else ""
    name = " ".join(origin.name.split())
    where = (
        _where(Found(origin.path, first.finding, first.place), repairs, folder, origin.span.start)
        if (origin.path and origin.span)
        else _where(first, repairs, folder, first.place.span.start)
    )
    say()
    say(f"  {where}  {of}{name} ({_findings([group])})")
    say(f"    {group.sorted.why}")
    others = [_where(each, repairs, folder, each.place.span.start) for each in group.cause.findings[:3]]
    if others != [where]:
        more = len(group.cause.findings) - len(others)
        say(f"    Used at {', '.join(others)}{f' and {more} more' if more else ''}")
    if group.patch:
        _show_patch(group.patch, len(group.cause.findings))
    elif group.sorted.sort is not Sort.NOISE:
        say("    By hand: no repair is surely right")


def _show_patch(patch: Patch, count: int) -> None:
    ends = "" if patch.ended is None else f" (ends {patch.ended} of {count})"
    say(f"    {patch.title.partition(' — ')[0]}{ends}")  # without the evidence
    lines = (line for line in patch.diff.splitlines() if not line.startswith(("+++", "---")))
    shown = [line for line in lines if line.startswith(("+", "-"))]
    for line in shown[:_LONGEST_DIFF]:
        say(f"      {line.expandtabs(4)}")
    if len(shown) > _LONGEST_DIFF:
        say(f"      … {len(shown) - _LONGEST_DIFF} more lines")
    if patch.test:
        say("    A test that fails without it (--json has the file):")
        for line in patch.test[patch.test.index("def test_") :].splitlines():
            say(f"      {line}")


def _where(found: Found, repairs: Repairs, folder: Path, offset: int) -> str:
    return f"{named(found.path, folder)}:{repairs.changes.position(found.path, offset)[0]}"
