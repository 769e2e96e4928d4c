"""Evaluated prefixes on disk: found by exactly what they depend on, never in anybody's way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.engine.daemon.snapshots import Snapshots, snapshot_key
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from engine.still_model import StillModel, holding

TOKENS = [n % 100 for n in range(300)]
MB = 1 << 20


def save(snapshots: Snapshots, *keys: str) -> None:
    for key in keys:
        snapshots.save(key, holding(TOKENS), 0)


def restores(snapshots: Snapshots, key: str) -> bool:
    model = holding([1, 2])
    restored = snapshots.restore(key, model, 0, TOKENS)
    assert model.tokens[0] == (TOKENS if restored else [1, 2])
    return restored


def test_what_was_saved_is_restored(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "s", MB)
    assert snapshots.wants("k")
    save(snapshots, "k")
    assert not snapshots.wants("k")
    assert restores(Snapshots(tmp_path / "s", MB), "k")
    assert not restores(snapshots, "other")


def test_every_part_of_the_key_counts() -> None:
    parts = [
        ("m", "", "b", TOKENS),
        ("n", "", "b", TOKENS),
        ("m", "a", "b", TOKENS),
        ("m", "", "c", TOKENS),
        ("m", "", "b", TOKENS[:-1]),
        ("m", "", "b", [*TOKENS[:-1], 7]),
    ]
    assert len({snapshot_key(*part) for part in parts}) == len(parts)
    assert snapshot_key(*parts[0]) == snapshot_key(*parts[0])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' folders below the profile are the user's alone anyway")
def test_nobody_else_reads_them(tmp_path: Path) -> None:
    save(Snapshots(tmp_path / "s", MB), "k")
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"\0\xff nonsense", b"[1, 2, 3]"])
def test_a_broken_file_is_no_snapshot_and_goes(tmp_path: Path, damage: bytes) -> None:
    snapshots = Snapshots(tmp_path, MB)
    save(snapshots, "k")
    (tmp_path / "k").write_bytes(damage)
    new = holding([1])
    assert not snapshots.restore("k", new, 0, TOKENS)
    assert new.tokens[0] == []
    assert not (tmp_path / "k").exists()
    assert snapshots.wants("k")


@pytest.mark.parametrize(
    ("use", "left"),
    [
        (lambda snapshots: None, {"b", "c", "d"}),
        (lambda snapshots: restores(snapshots, "a"), {"a", "c", "d"}),
        (lambda snapshots: snapshots.wants("a"), {"a", "c", "d"}),
    ],
)
def test_the_least_recently_used_give_way(tmp_path: Path, use: Callable[[Snapshots], object], left: set[str]) -> None:
    snapshots = Snapshots(tmp_path, 3 * len(TOKENS))
    save(snapshots, "a", "b", "c")
    for time, name in enumerate("abc"):
        os.utime(tmp_path / name, (time, time))
    use(snapshots)
    save(snapshots, "d")
    assert {path.name for path in tmp_path.iterdir()} == left


def too_small(path: Path) -> Snapshots:
    return Snapshots(path / "s", 10)


def no_folder(path: Path) -> Snapshots:
    (path / "s").write_text("a file where the folder should be")
    return Snapshots(path / "s", MB)


def full_disk(path: Path) -> Snapshots:
    return Snapshots(path / "s", MB)


@pytest.mark.parametrize("place", [too_small, no_folder, full_disk])
def test_what_can_not_be_saved_is_not_tried_again(tmp_path: Path, place: Callable[[Path], Snapshots]) -> None:
    snapshots, tries = place(tmp_path), list[Path]()

    class Full(StillModel):
        def save(self, sequence: int, path: Path) -> None:
            tries.append(path)
            if place is full_disk:
                raise OSError(28, "No space left on device")
            super().save(sequence, path)

    assert snapshots.wants("k")
    model = Full(tokens=[[]])
    model.fill(0, TOKENS)
    snapshots.save("k", model, 0)
    assert len(tries) == (place is not no_folder)
    assert not snapshots.wants("k")
    assert not restores(snapshots, "k")


def test_no_budget_no_snapshots(tmp_path: Path) -> None:
    assert not Snapshots(tmp_path, 0).wants("k")


CONTINUE = """
import sys
from pathlib import Path
from breadknife.engine.api import Part, Sampling
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation
from breadknife.engine.daemon.snapshots import Snapshots, snapshot_key

model = LlamaModel(Weights(Path(sys.argv[1])), cells=2048, sequences=2, threads=1, width=128)
snapshots = Snapshots(Path(sys.argv[2]), 1 << 30)
[prompt] = model.tokenize((Part("def area(width, height):\\n    return width * height\\n\\n" * 20 + "def "),))
tokens, last = prompt[:-1], prompt[-1]
key = snapshot_key("model", "", "build", tokens)
how = "restored"
if not snapshots.restore(key, model, 1, tokens):
    how = "evaluated"
    for start in range(0, len(tokens), model.width):
        model.decode([Evaluation(1, tokens[start : start + model.width], 0)])
    snapshots.save(key, model, 1)
sampler, output = model.sampler(Sampling(), ""), []
for _ in range(20):
    [[logits]] = model.decode([Evaluation(1, [last])])
    last = sampler.choose(logits).token
    output.append(last)
print(how, output)
"""


@pytest.mark.model
def test_a_new_process_goes_on_where_the_old_one_was(tmp_path: Path) -> None:
    path = ModelStore().verified(builtin_catalog().model("smollm2-135m"))

    def run() -> list[str]:
        command = [sys.executable, "-c", CONTINUE, str(path), str(tmp_path / "s")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(maxsplit=1)

    (first, written), (second, again) = run(), run()
    assert (first, second) == ("evaluated", "restored")
    assert written == again
