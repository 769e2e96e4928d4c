"""`breadknife lint --executor ray`: the same findings in the same order, whatever nodes there are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.commands import breadknife
from project.folders import write

FIND = "def find(k):\n    if k > 1:\n        return k\n    return None\n"
USE = "from found import find\n\nfile = find(1)\nfile.x\n"
COMMAND = (sys.executable, "-P", "-m", "breadknife")  # not from the current folder, as an installed program
LINT = ("lint", "--only", "nullcheck", "--executor", "ray", ".")


@pytest.mark.parametrize(
    ("address", "options", "said"),
    [
        ("", LINT, "breadknife: --executor ray: no cluster is named; set RAY_ADDRESS to its address"),
        ("127.0.0.1:1", LINT, "breadknife: --executor ray: 127.0.0.1:1: "),
        ("127.0.0.1:1", (*LINT, "--offline"), "breadknife: --executor ray: a cluster needs the network"),
    ],
)
def test_no_cluster(
    address: str, options: tuple[str, ...], said: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"found.py": FIND})
    monkeypatch.setenv("RAY_ADDRESS", address)
    done = breadknife(tmp_path, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


@pytest.fixture
def cluster(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Three nodes on this machine, the first of which is only the head."""
    pytest.importorskip("ray", reason="the extra `ray` isn't installed")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    try:
        yield cluster
    finally:
        cluster.shutdown()


@pytest.mark.slow
def test_a_node_is_lost(cluster: Any, tmp_path: Path) -> None:
    """Its files are done again, and nothing of the folder is imported anywhere."""
    seen = tmp_path / "imported"
    hostile = f"open({str(seen)!r}, 'w').close()\n"
    names = [f"{folder}/use{at}.py" for folder in "abc" for at in range(30)]
    texts = {"found.py": FIND, **dict.fromkeys(names, USE + "\n\n# more\n" * 400)}
    write(tmp_path / "here", {**texts, **dict.fromkeys(("ray.py", "msgspec.py", "breadknife.py"), hostile)})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    alone = subprocess.run(  # in a cache of its own, from which the cluster would have nothing to do
        [*COMMAND, *LINT[:3], "--cache-dir", str(tmp_path / "alone"), "."],
        cwd=tmp_path / "here", capture_output=True, text=True,
    )  # fmt: skip
    with subprocess.Popen(
        [*COMMAND, *LINT], cwd=tmp_path / "here", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        cluster.remove_node(nodes[0], allow_graceful=False)
        rest, said = process.communicate(timeout=200)
    assert (process.returncode, first + rest) == (alone.returncode, alone.stdout)
    assert len(alone.stdout.splitlines()) == len(names)
    # Nothing else is said, and that only if the node had work when it ended: on a fast machine all may be done by then.
    assert {line.partition(" isn't used any more: ")[2] for line in said.splitlines()} <= {"it is gone"}
    assert not seen.exists()


@pytest.mark.slow
def test_a_node_that_sees_other_files(cluster: Any, tmp_path: Path) -> None:
    """It isn't asked, and if there is no other, no file looks clean."""
    write(tmp_path, {"found.py": FIND})
    elsewhere = (
        "from breadknife.__main__ import main; from breadknife.cli.lint import cluster; "
        "cluster._listing = lambda folder: b'of another machine'; main()"
    )
    done = subprocess.run([sys.executable, "-P", "-c", elsewhere, *LINT], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    isnt_used, failed = done.stderr.splitlines()
    assert isnt_used.endswith(f"isn't used any more: {tmp_path} has other files there")
    assert failed == "breadknife: found.py: the cluster has no node left to check it"
