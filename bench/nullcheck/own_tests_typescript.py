"""A TypeScript package's own tests before and after all verified repairs of tsc's findings about null and undefined.

    cd SOURCES; git clone …; cd yaml; git checkout bf03c0c; npm install --ignore-scripts …
    npm install --prefix TOOLS --ignore-scripts typescript@5.9.3
    python bench/nullcheck/own_tests_typescript.py SOURCES TOOLS [--packages yaml …] [--keep FOLDER]

What is cloned is in `PACKAGES`; yaml's and parse5's submodules hold most of their tests, and planck.js' tests want a
`vitest.config.mjs` with `export default {}` before its own configuration. Each checkout is copied, its tests are run,
tsc checks it with `strict` and `noUncheckedIndexedAccess` (which few are written for), `breadknife fix --from` repairs
what it finds outside of the tests (tsserver has a say in each repair), and the tests are run again, with the package's
own options. TOOLS is outside of the checkouts since breadknife runs nothing that lies in a folder that isn't trusted.
`--keep` keeps the copies, where `git diff` shows the repairs, and what became of each finding.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 900
LEFT_OUT = re.compile(r"(?:^|/)_*(?:tests?|testing|benchmarks?)(?:-\w+)?_*/|\.(?:test|spec)\.")
STRICT = {"strict": True, "strictNullChecks": True, "noUncheckedIndexedAccess": True, "noEmit": True,
          "skipLibCheck": True, "importsNotUsedAsValues": None}  # fmt: skip
"""The last is none of TypeScript's any more, which then says nothing else."""


@dataclass(frozen=True)
class Package:
    source: str
    """On GitHub, with a tag or a commit."""
    tests: tuple[str, ...]
    """A program of its `node_modules`, which writes JSON to `REPORT`."""
    project: str = "."
    """The folder with the `tsconfig.json`."""

    @property
    def name(self) -> str:
        return self.source.partition("@")[0].rpartition("/")[2]


REPORT = "{report}"
_VITEST = ("vitest", "run", "--reporter=json", f"--outputFile={REPORT}")
_JEST = ("jest", "--json", f"--outputFile={REPORT}")
_MOCHA = ("mocha", "--reporter=json", f"--reporter-option=output={REPORT}")
PACKAGES = (
    Package("eemeli/yaml@bf03c0c", _VITEST),
    Package("immerjs/immer@061c242", _VITEST),
    Package("cheeriojs/cheerio@v1.1.0", (*_VITEST, "--typecheck.enabled=false")),
    Package("graphql/graphql-js@a7db60b", (*_MOCHA, "src/**/__tests__/**/*-test.ts")),
    Package("inikulin/parse5@fd211d6", _VITEST, "packages/parse5"),
    Package("jkbrzt/rrule@9f2061f", _JEST),
    Package("lucaong/minisearch@3d239d1", _JEST),
    Package("antvis/scale@ae067b0", (*_JEST, "--testPathIgnorePatterns=d3-timezone")),
    Package("piqnt/planck.js@c96feac", _VITEST),
    Package("antvis/util@426c79b", _JEST),
    Package("pmndrs/cannon-es@dd971c4", _JEST),
    Package("vega/vega-lite@4c03edb", (*_VITEST, "--project=unit", "test/")),
    Package("typestack/class-transformer@69cd8cc", _JEST),
    Package("colinhacks/zod@v3.23.8", (*_JEST, "--config=configs/ts-jest.config.json")),
    Package("mobxjs/mobx@01211a6", (*_JEST, "--projects=packages/mobx"), "packages/mobx"),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sources", type=Path)
    arguments.add_argument("tools", type=Path)
    arguments.add_argument("--packages", nargs="*", default=[package.name for package in PACKAGES])
    arguments.add_argument("--keep", type=Path, help="a folder for the repaired copies")
    chosen = arguments.parse_args()
    os.environ["PATH"] = os.pathsep.join([str(chosen.tools.resolve() / "node_modules" / ".bin"), os.environ["PATH"]])
    for package in PACKAGES:
        if package.name in chosen.packages:
            print(measured(package, chosen.sources / package.name, chosen.keep and chosen.keep.resolve()), flush=True)


def measured(package: Package, source: Path, keep: Path | None) -> str:
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root = folder.resolve() / package.name
        shutil.copytree(source, root, symlinks=True)
        before = passed(package, root)
        if not before:
            raise SystemExit(f"{package.name}: no test passes before anything is repaired: are its modules installed?")
        started = time.perf_counter()
        outcomes, ended = _repair(root, root / package.project)
        seconds = time.perf_counter() - started
        after = passed(package, root)
    if keep:
        (keep / f"{package.name}.json").write_text(json.dumps(outcomes, indent=1), "utf-8")
    lost = [f"{name} ({count})" for name, count in sorted((before - after).items())]
    left = sum(each["outcome"] == "left" for each in outcomes)
    kinds = Counter(each["strategy"] for each in outcomes if each["outcome"] == "repaired")
    row = f"{package.name:17} {len(outcomes) - left} findings repaired, {left} left, {seconds:.0f} s"
    row += f" ({', '.join(f'{kind} {count}' for kind, count in kinds.most_common())}; {ended} of tsc's errors ended)"
    row += f" | {before.total()} tests pass, {(before & after).total()} after"
    return "\n    lost: ".join([row, *lost[:20]])


def passed(package: Package, root: Path) -> Counter[str]:
    """The names of the tests that pass, which several may share."""
    with tempfile.TemporaryDirectory() as temporary:
        told = Path(temporary) / "report.json"
        program, *arguments = (part.replace(REPORT, str(told)) for part in package.tests)
        command = (str(root / "node_modules" / ".bin" / program), *arguments)
        done = subprocess.run(command, cwd=root, capture_output=True, check=False, timeout=SECONDS)
        if not told.exists():
            raise SystemExit(f"{package.name}: {program} has not run: {(done.stderr or done.stdout).decode()[-500:]}")
        report = json.loads(told.read_bytes())
    if "passes" in report:  # mocha's
        return Counter(case["fullTitle"] for case in report["passes"])
    return Counter(
        f"{Path(suite['name']).relative_to(root)}: {case['fullName']}"
        for suite in report["testResults"]
        for case in suite["assertionResults"]
        if case["status"] == "passed"
    )


def _repair(root: Path, project: Path) -> tuple[list[dict[str, Any]], int]:
    """What became of each finding, as `breadknife fix --json` tells it, and by how much tsc finds less."""
    with _strict(project):
        said = _said(root, project)
        command = (sys.executable, "-m", "breadknife", "fix", "--from", "-", "--write", "--json")
        done = subprocess.run(command, cwd=root, input="".join(said).encode(), capture_output=True, check=False)
        if done.returncode == 2:
            raise SystemExit(done.stderr.decode())
        outcomes: list[dict[str, Any]] = json.loads(done.stdout)["outcomes"]
        return outcomes, len(said) - len(_said(root, project))


def _said(root: Path, project: Path) -> list[str]:
    """What tsc finds outside of the tests."""
    command = ("tsc", "-p", str(project), "--pretty", "false")
    told = subprocess.run(command, cwd=root, capture_output=True, check=False).stdout.decode()
    found = [each for each in re.split(r"^(?=\S)", told, flags=re.MULTILINE) if each]
    if not all("(" in each.partition(":")[0] for each in found):
        raise SystemExit(f"{root.name}: tsc has not checked it: {told[:500]}")
    return [each for each in found if not LEFT_OUT.search(each.partition("(")[0])]


@contextmanager
def _strict(project: Path) -> Generator[None]:
    """With a `tsconfig.json` that is the project's own and stricter."""
    config, own = project / "tsconfig.json", project / "tsconfig.own.json"
    config.rename(own)
    try:
        config.write_text(json.dumps({"extends": f"./{own.name}", "compilerOptions": STRICT}), "utf-8")
        yield
    finally:
        own.replace(config)


if __name__ == "__main__":
    main()
