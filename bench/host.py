"""What the host adds: dispatch to 50 installed plugins, and start-up against a bare pygls server.

python bench/host.py [--plugins N] [--requests N] [--starts N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from latency import BARE, initialize_seconds

from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.scripted import ScriptedEngine
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry, discover
from breadknife.task.values import CheckRequest
from breadknife.text.document import Document

PLUGIN = """
from dataclasses import dataclass
from breadknife.api import ANY_LANGUAGE, CheckRequest, Findings

@dataclass(frozen=True)
class Settings:
    on: bool = True
    '''Whether.'''

class Plugin:
    api = 1
    name = "{name}"
    settings = Settings
    serves = {{CheckRequest: frozenset({{{languages}}})}}

    def answer(self, request, context, /):
        context.settings(Settings)
        return Findings(())

    def close(self):
        pass
"""


def install(folder: Path, count: int) -> None:
    """That many packages, each as pip would leave it: half of them serve every language, half one that nobody has."""
    for number in range(count):
        name = f"bench{number}"
        languages = "ANY_LANGUAGE" if number % 2 else "'befunge'"
        (folder / f"breadknife_{name}.py").write_text(PLUGIN.format(name=name, languages=languages))
        info = folder / f"breadknife_{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: breadknife-{name}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[breadknife.plugins]\n{name} = breadknife_{name}:Plugin\n")


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - began)


def dispatch(plugins: Registry, requests: int) -> list[float]:
    """Seconds of `Host.ask` when no plugin has anything to do: all of it is the host's own."""
    sys.setswitchinterval(0.001)  # as `breadknife serve` has it
    host = Host(plugins, ScriptedEngine(()), builtin_catalog())
    seconds = list[float]()
    for number in range(requests):
        document = Document("file:///bench/a.py", "python", f"x = {number}\n", number)
        with timed(seconds):
            host.ask(CheckRequest(document))
    host.close()
    return seconds[requests // 10 :]


def row(what: str, seconds: Sequence[float], note: str = "") -> None:
    p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    print(f"| {what}{note} | {p50 * 1000:.2f} ms | {p95 * 1000:.2f} ms |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plugins", type=int, default=50)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--starts", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BREADKNIFE_HOME"] = str(Path(folder, "home"))
        site = Path(folder, "site")
        site.mkdir()
        install(site, arguments.plugins)
        sys.path.append(str(site))
        os.environ["PYTHONPATH"] = str(site)
        loading = list[float]()
        with timed(loading):
            found = discover()
        ours = Registry(tuple(plugin for plugin in found.plugins if plugin.name.startswith("bench")))
        assert len(ours.plugins) == arguments.plugins
        print("| what | p50 | p95 |\n|---|---|---|")
        asked = arguments.plugins // 2
        row(f"one request, {arguments.plugins} plugins installed, {asked} asked", dispatch(ours, arguments.requests))
        one = Registry(ours.plugins[1:2])
        row("one request, one plugin asked", dispatch(one, arguments.requests))
        bare, served = list[float](), list[float]()
        for _ in range(arguments.starts):  # in turns: both see the same machine
            bare.append(initialize_seconds([sys.executable, "-c", BARE]))
            served.append(initialize_seconds([sys.executable, "-m", "breadknife", "serve"]))
        ratio = statistics.median(served) / statistics.median(bare)
        row("bare pygls server: start to `initialize` answered", bare)
        row(f"breadknife with these plugins: start to `initialize` answered ({ratio:.2f}× the bare server)", served)
        print(
            f"\nFinding and loading all {len(found.plugins)} plugins, after `initialize`: {loading[0] * 1000:.0f} ms."
        )


if __name__ == "__main__":
    main()
