"""The null check's figures for TypeScript: what its actions do for tsc's null errors in packages that ship sources.

    npm install --prefix FOLDER --ignore-scripts --legacy-peer-deps typescript@5.9.3 rxjs@7.8.2 zod@3.25.76 …
    python bench/nullcheck/typescript.py FOLDER [--packages rxjs zod …] [--sample 40] [--reading 1] [--oracle off]
        [--typescript 5 7]

The names and versions are in `PACKAGES`. Each package's `src` is checked with `strict` and, since most are written for
that, `noUncheckedIndexedAccess`. A random sample of what tsc then says of null and undefined is asked about, as an
editor would ask: is the value found, is there a menu, does an action climb the ladder, with tsserver kept warm. The
first that does is made, and tsc looks at the whole package again.

`--typescript 7` asks that version, which has no tsserver, but a tsc that speaks LSP; it is installed in a folder of its
own, `FOLDER/typescript-7`. The sample is always what 5.9 says; what is new, the version itself tells.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fixes import EDITOR, repairing
from rounds import new_in, rounds

from breadknife.plugins.nullcheck.formats.reading import read
from breadknife.plugins.nullcheck.formats.values import Columns, PrintedFinding
from breadknife.plugins.nullcheck.project.changes import UnsavedDocuments
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import DereferenceFinding, RepairedFinding
from breadknife.plugins.nullcheck.values import Strategy

PACKAGES = (
    "rxjs@7.8.2", "zod@3.25.76", "@reduxjs/toolkit@2.8.2", "@trpc/server@11.4.0", "mobx@6.13.7",
    "@tanstack/table-core@8.21.3", "@tanstack/query-core@5.80.7", "@tanstack/router-core@1.121.2", "cheerio@1.1.0",
    "html-to-image@1.11.13", "immer@10.1.1", "optimism@0.18.1", "@noble/curves@1.2.0",
)  # fmt: skip
OLD, NATIVE = "5", "7"
"""TypeScript's versions: the one in `FOLDER`, and the one that isn't written in JavaScript."""
CLAIMS = frozenset({Strategy.NON_NULL, Strategy.IGNORE})
POSSIBLY = frozenset({"2531", "2532", "2533", "18047", "18048", "18049", "2721", "2722", "2723"})
NOT_ASSIGNABLE = re.compile(
    r"ype '(?:[^']* \| )?(?:null|undefined)(?: \| [^']*)?' is not assignable to (?:parameter of )?type '(?P<to>[^']*)'"
)
LEFT_OUT = re.compile(r"(?:^|/)(?:tests?|__tests__|testing|benchmarks?)/|\.(?:test|spec)\.")
OPTIONS = {
    "strict": True, "noUncheckedIndexedAccess": True, "noEmit": True, "skipLibCheck": True, "target": "es2022",
    "module": "esnext", "moduleResolution": "bundler", "jsx": "preserve", "lib": ["es2023", "dom", "dom.iterable"],
    "types": [], "allowImportingTsExtensions": True, "experimentalDecorators": True,
}  # fmt: skip
CHECK = """
const ts = require(process.argv[1] + "/node_modules/typescript");
const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} };
const config = ts.getParsedCommandLineOfConfigFile("tsconfig.json", {}, host);
const program = ts.createProgram(config.fileNames, config.options);
const at = (file, offset) => {
  const { line, character } = file.getLineAndCharacterOfPosition(offset);
  return [line + 1, character + 1];
};
console.log(JSON.stringify(ts.getPreEmitDiagnostics(program).filter((d) => d.file).map((d) => ({
  path: d.file.fileName, code: String(d.code), start: at(d.file, d.start), end: at(d.file, d.start + d.length),
  message: ts.flattenDiagnosticMessageText(d.messageText, "\\n") }))));
"""


@dataclass
class Figures:
    """Of one package, or of several together."""

    findings: int = 0
    placed: int = 0
    offered: int = 0
    climbed: int = 0
    """With an action that climbs the whole ladder."""
    edited: int = 0
    """Of these, with one that is more than a claim (`!`) or a comment."""
    first: Counter[str] = field(default_factory=Counter[str])
    menu: list[float] = field(default_factory=list[float])
    verified: list[float] = field(default_factory=list[float])
    """Seconds until the first that climbs is there, with those that don't before it."""
    unheard: list[str] = field(default_factory=list[str])
    """Edits that were made though the checker said nothing, and why."""
    gone: int = 0
    new_here: list[str] = field(default_factory=list[str])
    new_elsewhere: list[str] = field(default_factory=list[str])
    unmended: list[str] = field(default_factory=list[str])
    """Findings for which no edit climbs, or none but a claim or a comment, and why."""

    def add(self, other: Figures) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class Bench:
    folder: Path
    root: Path
    repairs: Repairs
    version: str = OLD

    def reports(self) -> list[PrintedFinding]:
        """What is to be repaired: 5.9 also tells where it ends."""
        return self._checked(OLD)

    def check(self, texts: Mapping[Path, str]) -> list[PrintedFinding]:
        """What tsc says of the package, were these the texts; the disk is as before afterwards."""
        kept = {path: path.read_bytes() for path in texts}
        try:
            for path, text in texts.items():
                path.write_bytes(text.encode())
            return self._checked(self.version)
        finally:
            for path, content in kept.items():
                path.write_bytes(content)

    def _checked(self, version: str) -> list[PrintedFinding]:
        if version == OLD:
            command = ("node", "-e", CHECK, str(self.folder))
            done = subprocess.run(command, cwd=self.root, capture_output=True, check=True)
            return [said(each) for each in json.loads(done.stdout)]
        command = (str(programs(self.folder, version) / "tsc"), "-p", ".", "--pretty", "false")
        done = subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        return [replace(each, path=str(self.root / each.path)) for each in read(done.stdout.decode())[0]]


@contextmanager
def bench(folder: Path, name: str, oracle: str, version: str) -> Generator[Bench]:
    """A package's own sources in a project of their own, with the others to import."""
    with TemporaryDirectory() as temporary, asking(folder, version):
        root = Path(temporary).resolve()
        source = folder / "node_modules" / name / "src"
        for path in sorted(source.rglob("*.ts*")):
            if not LEFT_OUT.search(str(path.relative_to(source))):
                copy = root / "src" / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
        (root / "node_modules").symlink_to(folder / "node_modules", target_is_directory=True)
        (root / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "include": ["src"]}), "utf-8")
        (root / "breadknife.toml").write_text("", "utf-8")
        with repairing(oracle, root) as repairs:
            yield Bench(folder, root, repairs(EDITOR), version)


def programs(folder: Path, version: str) -> Path:
    """Where a version's are, which is installed if it isn't yet."""
    if version == OLD:
        return folder / "node_modules" / ".bin"
    own = folder / f"typescript-{version}"
    if not (own / "node_modules").is_dir():
        own.mkdir(exist_ok=True)
        command = ("npm", "install", "--prefix", str(own), "--ignore-scripts", f"typescript@{version}")
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return own / "node_modules" / ".bin"


@contextmanager
def asking(folder: Path, version: str) -> Generator[None]:
    """With a version as the first on the path: what lies in a folder that isn't trusted isn't run."""
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(programs(folder, version)), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def measure(folder: Path, name: str, sample: int, oracle: str, reading: float, version: str) -> Figures:
    """`sample`: findings that are asked about, chosen at random. `reading`: seconds between a menu and the choice."""
    figures = Figures()
    with bench(folder, name, oracle, version) as here:
        before = here.check({})
        reports = [report for report in here.reports() if about_null(report)]
        chosen = random.Random(name).sample(reports, min(sample, len(reports)))
        figures.findings = len(chosen)
        made = [repair for report in chosen if (repair := first(here, report, figures, reading))]
        for together in rounds(made):
            compare(here, together, before, figures)
    return figures


def said(each: Mapping[str, Any]) -> PrintedFinding:
    (line, column), (end_line, end_column) = each["start"], each["end"]
    return PrintedFinding("ts", each["path"], line, each["message"], each["code"], column=column, end_line=end_line,
                end_column=end_column, columns=Columns.UTF16)  # fmt: skip


def about_null(report: PrintedFinding) -> bool:
    if report.code in POSSIBLY:
        return True
    found = NOT_ASSIGNABLE.search(report.message) if report.code in ("2345", "2322") else None
    return found is not None and not re.search(r"\b(?:null|undefined)\b", found["to"])


def first(here: Bench, report: PrintedFinding, figures: Figures, reading: float) -> RepairedFinding | None:
    """The first action that climbs the ladder, timed as an editor would see it."""
    repairs, where = (
        here.repairs,
        f"{report.path}:{report.line}:{report.column} {report.code}: {report.message[:150]!r}",
    )
    found: DereferenceFinding | None = next(iter(repairs.told(Path(report.path), [report])), None)
    if found is None:
        figures.unmended.append(f"no place: {where}")
        return None
    figures.placed += 1
    repairs.found(found.path)  # the file is open in an editor, and has been checked
    started = time.perf_counter()
    menu = repairs.menu(found, is_read=True)
    figures.menu.append(time.perf_counter() - started)
    time.sleep(reading)
    figures.offered += bool(menu)
    if not figures.verified and menu:
        repairs.resolved(found, menu[0])  # which starts the checker
    why = list[str]()
    started = time.perf_counter()
    for action in menu:
        repair = repairs.resolved(found, action)
        if isinstance(repair, RepairedFinding):
            figures.verified.append(time.perf_counter() - started)
            figures.climbed += 1
            figures.edited += repair.strategy not in CLAIMS
            if repair.action.unchecked:
                figures.unheard.append(f"{repair.action.unchecked}: {where}")
            figures.first[repair.strategy] += 1
            if repair.strategy in CLAIMS:
                figures.unmended.append(f"only {repair.strategy} ({'; '.join(why)}): {where}")
            return repair
        why.append(f"{action.title[:40]}: {repair.why[:150]}")
    figures.unmended.append(f"{'; '.join(why) or 'no offer'}: {where}")
    return None


def compare(
    here: Bench, together: Sequence[RepairedFinding], before: Sequence[PrintedFinding], figures: Figures
) -> None:
    """All of them at once: an error that is new then is one of theirs."""
    edits: dict[Path, tuple[Any, ...]] = {}
    for repair in together:
        for path, each in repair.edits.items():
            edits[path] = (*edits.get(path, ()), *(edit for edit in each if edit not in edits.get(path, ())))
    changes = UnsavedDocuments()
    changes.put(changes.edited(edits))
    after = here.check({change.path: change.after for change in changes})
    fresh = new_in(before, after, changes)
    figures.gone += len(before) - len(after) + len(fresh)
    for each in fresh:
        told = f"{each.path}:{each.line}: {each.message[:200]}"
        (figures.new_here if Path(each.path) in edits else figures.new_elsewhere).append(told)


def row(name: str, figures: Figures) -> str:
    of, edits = figures.findings, figures.climbed
    return (
        f"{name:28} {of:4} findings: placed {share(figures.placed, of)}, offered {share(figures.offered, of)}, "
        f"climb {share(figures.climbed, of)}, with more than a claim {share(figures.edited, of)} | "
        f"{edits} edits end {figures.gone}, new in the file {share(len(figures.new_here), edits)}, "
        f"in others {share(len(figures.new_elsewhere), edits)} | menu p95 {milliseconds(figures.menu, 0.95)}, "
        f"verified {milliseconds(figures.verified, 0.5)} / {milliseconds(figures.verified, 0.95)}"
    )


def share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else f"{part}"


def milliseconds(seconds: Sequence[float], quantile: float) -> str:
    if not seconds:
        return "–"
    return f"{1000 * sorted(seconds)[min(len(seconds) - 1, int(quantile * len(seconds)))]:.0f} ms"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--packages", nargs="*", default=[package.rpartition("@")[0] for package in PACKAGES])
    arguments.add_argument("--sample", type=int, default=40, help="findings of each package")
    arguments.add_argument("--oracle", default="tsc", help="the ladder's checker; off: our own checks alone")
    arguments.add_argument("--typescript", nargs="*", default=[OLD], choices=(OLD, NATIVE), help="versions to ask")
    arguments.add_argument("--reading", type=float, default=0.0, help="seconds between a menu and the choice")
    arguments.add_argument("--new", action="store_true", help="list the errors that are new")
    arguments.add_argument("--unmended", action="store_true", help="list the findings without an edit that climbs")
    chosen = arguments.parse_args()
    folder = chosen.folder.resolve()
    whole = {version: Figures() for version in chosen.typescript}
    for name in chosen.packages:
        for version in chosen.typescript:
            figures = measure(folder, name, chosen.sample, chosen.oracle, chosen.reading, version)
            whole[version].add(figures)
            print(row(f"{name} ({version})", figures), flush=True)
            for each in (*figures.new_here, *figures.new_elsewhere) if chosen.new else ():
                print(f"    new: {each}")
            for each in figures.unheard if chosen.new else ():
                print(f"    unheard: {each}")
            for each in figures.unmended if chosen.unmended else ():
                print(f"    unmended: {each}")
    for version, figures in whole.items():
        print(row(f"together ({version})", figures))
        print("first that climbs: " + ", ".join(f"{name} {count}" for name, count in figures.first.most_common()))


if __name__ == "__main__":
    sys.exit(main())
