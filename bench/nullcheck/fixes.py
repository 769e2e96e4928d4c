"""What the actions for another checker's findings are worth: pyright's, in packages that are installed in a folder."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from judgement import Report, judgement, sources
from rounds import new_in, rounds

from breadknife.cli.assemble import command_line, make_host
from breadknife.cli.fix.workspace import HostedWorkspace
from breadknife.host.settings import Author, Layer, resolve
from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.formats.values import Columns, PrintedFinding
from breadknife.plugins.nullcheck.project.causes import causes_of
from breadknife.plugins.nullcheck.project.changes import UnsavedDocuments
from breadknife.plugins.nullcheck.project.repairing import RepairRun
from breadknife.plugins.nullcheck.project.repairs import CHECKER_SECONDS, Repairs
from breadknife.plugins.nullcheck.project.values import DereferenceFinding, RepairedFinding
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy

SHARE = 0.1
"""Of the number of errors, so many root-cause edits are made."""
PYRIGHT = (sys.executable, "-m", "pyright", "--outputjson")


@dataclass
class Figures:
    """Of one package, or of several together."""

    findings: int = 0
    """Of the checker's reports about None, those that were asked about."""
    placed: int = 0
    """Of these, where the value was found that they are about."""
    offered: int = 0
    climbed: int = 0
    """With an action that climbs the whole ladder."""
    first: Counter[str] = field(default_factory=Counter[str])
    """The strategies of those."""
    menu: list[float] = field(default_factory=list[float])
    verified: list[float] = field(default_factory=list[float])
    """Seconds."""
    new_here: list[str] = field(default_factory=list[str])
    new_elsewhere: list[str] = field(default_factory=list[str])
    """What pyright says newly of the whole package after these edits: of a file that was edited, and of others."""
    gone: int = 0
    errors: int = 0
    """All that were placed."""
    causes: int = 0
    cause_edits: int = 0
    removed: int = 0
    cause_new: list[str] = field(default_factory=list[str])

    def add(self, other: Figures) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


EDITOR, COMMAND_LINE = NullCheckSettings().oracle_seconds, CHECKER_SECONDS


class Repairing(Protocol):
    def __call__(self, seconds: float, *, learn: bool = False) -> Repairs:
        """On the texts as they are on disk. `seconds`: how long an edit waits for the checker; `learn`: what was
        chosen before comes first."""
        ...


@dataclass(frozen=True)
class Bench:
    root: Path
    repairs: Repairing


@contextmanager
def bench(folder: Path, name: str, oracle: str) -> Generator[Bench]:
    """A package's own files in a project of their own, with the others to import."""
    with TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        for path in sources(folder / name):
            copy = root / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        configuration = {"include": [name], "extraPaths": [str(folder)], "pythonVersion": "3.11"}
        (root / "pyrightconfig.json").write_text(json.dumps(configuration), "utf-8")
        (root / "breadknife.toml").write_text("", "utf-8")
        with repairing(oracle, root) as repairs:
            yield Bench(root, repairs)


@contextmanager
def repairing(oracle: str, root: Path | None = None) -> Generator[Repairing]:
    """With a host that knows the project of a folder, and asks this checker."""
    with closing(make_host()) as host:
        layer = Layer("bench", {"nullcheck": {"oracle": oracle}}, author=Author.USER)

        def repairs(seconds: float, *, learn: bool = False) -> Repairs:
            layers = [layer, command_line(offline=True, learn=learn, checker_seconds=seconds)]
            settings, problems = resolve(layers, host.registry.settings_types)
            assert not problems, problems
            return Repairs(HostedWorkspace(host, lambda _: settings), UnsavedDocuments())

        if root is not None:
            known = host.projects.of(root)
            assert known
            known.idle(300)
        yield repairs


def measure(folder: Path, name: str, sample: int, oracle: str, reading: float) -> Figures:
    """`sample`: findings that are asked about, chosen at random. `reading`: seconds between a menu and the choice."""
    figures = Figures()
    with bench(folder, name, oracle) as here:
        repairs = here.repairs(EDITOR)
        reports = [report for report in judgement(folder, name) if report.optional]
        found = [placed(repairs, here.root, report) for report in reports]
        chosen = random.Random(name).sample(found, min(sample, len(found)))
        figures.findings, figures.placed = len(chosen), len(chosen) - chosen.count(None)
        made = [repair for each in chosen if each and (repair := _first(repairs, each, figures, reading))]
        before = pyright(here.root, {})
        for together in rounds(made):
            _compare(here, together, before, figures)
        _remove(here, [each for each in dict.fromkeys(found) if each], before, figures)
    return figures


def placed(repairs: Repairs, root: Path, report: Report) -> DereferenceFinding | None:
    said = PrintedFinding("pyright", report.path, report.line + 1, report.message, report.rule, column=report.start + 1,
                end_line=report.end_line + 1, end_column=report.end + 1, columns=Columns.UTF16)  # fmt: skip
    return next(iter(repairs.told(root / report.path, [said])), None)


def _first(repairs: Repairs, found: DereferenceFinding, figures: Figures, reading: float) -> RepairedFinding | None:
    """The first action that climbs the ladder, timed as an editor would see it."""
    repairs.found(found.path)  # the file is open in an editor, and has been checked
    started = time.perf_counter()
    menu = repairs.menu(found, is_read=True)
    figures.menu.append(time.perf_counter() - started)
    time.sleep(reading)
    figures.offered += bool(menu)
    for action in menu:
        started = time.perf_counter()
        repair = repairs.resolved(found, action)
        if isinstance(repair, RepairedFinding):
            figures.verified.append(time.perf_counter() - started)
            figures.climbed += 1
            figures.first[repair.strategy] += 1
            return repair
    return None


def _compare(
    here: Bench, together: Sequence[RepairedFinding], before: Sequence[PrintedFinding], figures: Figures
) -> None:
    """All of them at once: an error that is new then is one of theirs."""
    repairs = here.repairs(COMMAND_LINE)
    edits: dict[Path, tuple[Any, ...]] = {}
    for repair in together:
        for path, each in repair.edits.items():
            edits[path] = (*edits.get(path, ()), *(edit for edit in each if edit not in edits.get(path, ())))
    repairs.changes.put(repairs.changes.edited(edits))
    after = pyright(here.root, {change.path: change.after for change in repairs.changes})
    fresh = new_in(before, after, repairs.changes)
    figures.gone += len(before) - len(after) + len(fresh)
    for each in fresh:
        told = f"{each.path}:{each.line}: {each.message[:100]}"
        (figures.new_here if Path(each.path) in edits else figures.new_elsewhere).append(told)


def _remove(
    here: Bench, found: Sequence[DereferenceFinding], before: Sequence[PrintedFinding], figures: Figures
) -> None:
    """Root causes: as many edits as a tenth of the errors."""
    repairs = here.repairs(COMMAND_LINE)
    paths = sorted(here.root.rglob("*.py"))
    causes = causes_of(repairs, found, paths)
    figures.errors, figures.causes = len(found), len(causes)
    budget = max(1, round(SHARE * len(found)))
    tried = [each for cause in causes for each in cause.findings]
    run = RepairRun.of(repairs, [each.path for each in tried], DECLARATION)
    for outcome in run.outcomes(iter(tried)):
        figures.cause_edits += isinstance(outcome, RepairedFinding)
        if figures.cause_edits >= budget:
            break
    after = pyright(here.root, {change.path: change.after for change in repairs.changes})
    figures.removed = _optional(before) - _optional(after)
    fresh = new_in(before, after, repairs.changes)
    figures.cause_new += [f"{each.path}:{each.line}: {each.message[:100]}" for each in fresh]


def _optional(said: Sequence[PrintedFinding]) -> int:
    return sum(each.code.startswith("reportOptional") for each in said)


def pyright(root: Path, texts: dict[Path, str]) -> list[PrintedFinding]:
    """What it says of the package, were these the texts; the disk is as before afterwards."""
    kept = {path: path.read_bytes() for path in texts}
    try:
        for path, text in texts.items():
            path.write_bytes(text.encode())
        done = subprocess.run(PYRIGHT, cwd=root, capture_output=True, check=False)
        return [each.at(str(root / each.path)) for each in read(done.stdout.decode())[0]]
    finally:
        for path, content in kept.items():
            path.write_bytes(content)


def strategies(counted: Counter[str]) -> str:
    return ", ".join(f"{Strategy(name)} {count}" for name, count in counted.most_common())
