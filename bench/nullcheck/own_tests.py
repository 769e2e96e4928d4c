"""A package's own tests before and after all verified repairs of pyright's findings about None.

    cd SOURCES; python -m pip download --no-deps --no-binary :all: paramiko docutils …  (and unpack them)
    python -m pip install --target DEPS pytest …                                        (what their tests need)
    python bench/nullcheck/own_tests.py SOURCES DEPS [--packages paramiko …] [--keep FOLDER]

Each package is copied, its tests are run, pyright checks it, `breadknife fix --from` repairs what it finds (pyright has
a say in each repair), and the tests are run again. A test counts that passed before, and where none did, the run says
nothing and ends; `--keep` keeps the copies.

paramiko's tests need pytest-relaxed, with which no others run: it has DEPS of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

SECONDS = 900


@dataclass(frozen=True)
class Package:
    name: str
    source: str
    """The folder with its code, from the folder of the source distribution."""
    tests: tuple[str, ...]
    """What pytest is given."""


_STARTS_SERVERS = ("--ignore=tests/test_serving.py", "--ignore=tests/test_debug.py",
                   "--ignore=tests/middleware/test_http_proxy.py")  # fmt: skip
PACKAGES = (
    Package("docutils", "docutils", ("test",)),
    Package("paramiko", "paramiko", ("tests", "-k", "not gss and not KerberosTest")),
    Package("tornado", "tornado", ("tornado/test",)),
    Package("networkx", "networkx", ("networkx/algorithms", "networkx/readwrite", "networkx/classes")),
    Package("pygments", "pygments", ("tests",)),
    Package("babel", "babel", ("tests",)),
    Package("jinja2", "src/jinja2", ("tests",)),
    Package("werkzeug", "src/werkzeug", ("tests", *_STARTS_SERVERS)),
    Package("mistune", "src/mistune", ("tests",)),
    Package("beautifulsoup4", "bs4", ("bs4/tests",)),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sources", type=Path)
    arguments.add_argument("deps", type=Path)
    arguments.add_argument("--packages", nargs="*", default=[package.name for package in PACKAGES])
    arguments.add_argument("--keep", type=Path, help="a folder for the repaired copies")
    chosen = arguments.parse_args()
    for package in PACKAGES:
        if package.name in chosen.packages:
            [source] = [each for each in chosen.sources.glob(f"{package.name}-*") if each.is_dir()]
            print(measured(package, source, chosen.deps.resolve(), chosen.keep and chosen.keep.resolve()), flush=True)


def measured(package: Package, source: Path, deps: Path, keep: Path | None) -> str:
    with ExitStack() as stack:
        root = keep / source.name if keep else Path(stack.enter_context(tempfile.TemporaryDirectory())) / source.name
        shutil.copytree(source, root)
        code = root / package.source
        before = passed(package, root, deps)
        if not before:
            raise SystemExit(
                f"{package.name}: no test passes before anything is repaired: is what they need in {deps}?"
            )
        started = time.perf_counter()
        repaired, left = _repair(root, code, deps)
        seconds = time.perf_counter() - started
        after = passed(package, root, deps)
    lost = sorted(before - after)
    row = f"{package.name:15} {repaired} findings repaired, {left} left, {seconds:.0f} s | {len(before)} tests pass"
    row += f", {len(before & after)} after"
    return "\n    lost: ".join([row, *lost[:20]])


def passed(package: Package, root: Path, deps: Path) -> frozenset[str]:
    with tempfile.TemporaryDirectory() as temporary:
        told = Path(temporary) / "junit.xml"
        path = os.pathsep.join(map(str, ((root / package.source).parent, root, deps)))
        # pytest's plugins that are installed beside breadknife warn, and some packages make errors of warnings.
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=",
                   "-W", "ignore::pytest.PytestDeprecationWarning",
                   "--continue-on-collection-errors",
                   f"--junitxml={told}", *package.tests)  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False, timeout=SECONDS)
        if not told.exists():
            raise SystemExit(f"{package.name}: pytest has not run: {(done.stderr or done.stdout).decode()[-500:]}")
        cases = ElementTree.parse(told).iter("testcase")
        return frozenset(f"{case.get('classname')}.{case.get('name')}" for case in cases if not _failed(case))


def _failed(case: ElementTree.Element) -> bool:
    return any(child.tag in ("failure", "error", "skipped") for child in case)


def _repair(root: Path, code: Path, deps: Path) -> tuple[int, int]:
    """The findings that are repaired and those that are left."""
    (root / "pyrightconfig.json").write_text(
        f'{{"include": ["{code.relative_to(root).as_posix()}"], "exclude": ["**/test", "**/tests"],'
        f' "extraPaths": ["{deps.as_posix()}"]}}',
        "utf-8",
    )
    said = _run(root, "pyright", "--outputjson").stdout
    done = _run(root, "breadknife", "fix", "--from", "-", "--write", given=said)
    counted = done.stderr.decode().strip().rpartition("\n")[2].removeprefix("breadknife: ")
    words = counted.split()
    if done.returncode == 2 or len(words) < 5:
        raise SystemExit(done.stderr.decode())
    return int(words[0]), int(words[-2])


def _run(root: Path, module: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command: Sequence[str] = (sys.executable, "-m", module, *arguments)
    return subprocess.run(command, cwd=root, input=given, capture_output=True, check=False)


if __name__ == "__main__":
    main()
