"""Which models are in memory, with how many threads, and what is done in a quiet moment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.engine import machine
from breadknife.engine.api import Calibration
from breadknife.engine.daemon.calibration import Calibrations, read_calibrations, write_calibrations
from breadknife.engine.daemon.pool import LEFT_FOR_OTHERS, Pool, adapted
from breadknife.engine.machine import Memory, others_work
from breadknife.engine.model import Model
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.info import USUAL_CACHE, WORK_SPACE
from breadknife.engine.settings import EngineSettings, read_engine_settings
from breadknife.errors import EngineError, ModelMissing, UnknownModel
from breadknife.paths import state_dir
from engine.still_model import StillModel

MB = 1 << 20
IDLE: frozenset[str] = frozenset()
KNOWN = Calibration(threads=3, slice=32, cost=((1, 0.02), (32, 0.2)))


@dataclass
class Machine:
    """A pool on a machine of 4 cores with `megabytes` of memory, models of 1000 MB without overhead, and a clock."""

    settings: EngineSettings = field(default_factory=EngineSettings)
    megabytes: int = 1 << 20
    others: float = 0.0
    now: float = 1000.0
    made: list[StillModel] = field(default_factory=list[StillModel])
    replaced: str = ""
    """The name of which the file is another one now."""

    def __post_init__(self) -> None:
        self.pool = Pool(
            self.settings,
            self.load,
            info=self.info,
            adapter_file=lambda name: Path(f"{name}.gguf"),
            memory=self.memory,
            others=iter(lambda: self.others, None),
            cores=(4, 4),
            clock=lambda: self.now,
        )

    def load(self, name: str) -> Model:
        if name == "missing":
            raise ModelMissing("no file")
        self.made.append(StillModel(name=name))
        return self.made[-1]

    def info(self, name: str) -> ModelInfo:
        if name == "unlisted":
            raise UnknownModel(name)
        size = 1000 * MB - WORK_SPACE - USUAL_CACHE
        return ModelInfo(name, name, "MIT", "Q4", 4096, (), f"{name}.gguf", size - size // 11, self.sum(name))

    def sum(self, name: str) -> str:
        return f"{'new ' * (name == self.replaced)}sum of {name}"

    def memory(self) -> Memory:
        own = sum(not model.closed for model in self.made) * 1000 * MB
        return Memory(LEFT_FOR_OTHERS + self.megabytes * MB - own, own)

    def get(self, *names: str) -> None:
        for name in names:
            self.now += 1
            self.pool.get(name)

    def maintain(self, busy: str = "", *, after: float = 1.0, idle: bool = False) -> None:
        self.now += after
        self.pool.maintain(frozenset(busy.split()), idle=idle)

    @property
    def names(self) -> str:
        return " ".join(sorted(self.pool.loaded()))


@pytest.fixture(autouse=True)
def own_home(home: Path) -> Path:
    return home


def test_a_model_is_loaded_once() -> None:
    machine = Machine()
    machine.get("a", "a")
    assert (machine.names, len(machine.made)) == ("a", 1)


@pytest.mark.parametrize("replaced", ["a", "tone"])
def test_a_file_that_was_replaced_is_served_as_soon_as_nobody_uses_the_old_one(replaced: str) -> None:
    machine = Machine()
    machine.pool.get("a", "tone")
    machine.replaced = replaced
    for busy, loads in ("a", 1), ("", 2):
        machine.pool.get("a", "tone")
        assert len(machine.made) == 1  # it was asked for just now: a job may run
        machine.maintain(busy)
        machine.pool.get("a", "tone")
        assert len(machine.made) == loads
    assert [model.closed for model in machine.made] == [True, False]
    machine.maintain()
    machine.get("a")
    assert len(machine.made) == 2


def test_what_can_not_be_loaded_is_not_there() -> None:
    machine = Machine()
    with pytest.raises(ModelMissing):
        machine.get("missing")
    assert machine.names == ""


@pytest.mark.parametrize(
    ("busy", "needed", "left"),
    [
        ("", "c", "b c"),  # the one that nobody used for longest goes
        ("a", "c", "a c"),  # but none that is busy
        ("b", "a c", "a b"),  # "c" finds no room: "b" is busy, and "a" was just asked for
        ("a b", "c", "a b"),
    ],
)
def test_a_model_that_is_needed_takes_the_room_of_one_that_is_not(busy: str, needed: str, left: str) -> None:
    machine = Machine(megabytes=2001)
    machine.get("a", "b")
    machine.maintain(busy)
    if left == "a b":
        with pytest.raises(EngineError, match="not enough memory for c: it takes about 10"):
            machine.get(*needed.split())
    else:
        machine.get(*needed.split())
    assert machine.names == left
    assert [model.name for model in machine.made if not model.closed] == left.split()


def test_memory_has_a_limit_that_the_user_sets() -> None:
    machine = Machine(EngineSettings(memory_mb=1500))
    machine.get("a")
    machine.maintain("a")
    with pytest.raises(EngineError, match="raise `memory_mb` \\(now 1500\\)"):
        machine.get("b")


@pytest.mark.parametrize(
    ("megabytes", "after", "busy", "left"),
    [
        (4000, 60.0, "", "a b"),
        (4000, 601.0, "", ""),  # unload_minutes
        (4000, 601.0, "b", "b"),
        (1999, 31.0, "", "b"),  # others took memory: one is enough
        (0, 31.0, "", ""),
        (0, 31.0, "a b", "a b"),
        (0, 5.0, "", "a b"),  # just used: it would be back at once
    ],
)
def test_models_that_nobody_uses_are_dropped(megabytes: int, after: float, busy: str, left: str) -> None:
    machine = Machine()
    machine.get("a", "b")
    machine.megabytes = megabytes
    machine.maintain(busy, after=after)
    assert machine.names == left


def test_an_adapter_is_attached_once() -> None:
    machine = Machine()
    machine.pool.get("a", "tone")
    machine.pool.get("a", "tone")
    assert machine.made[0].adapters == {"tone": Path("tone.gguf")}


@pytest.mark.parametrize(
    ("now", "best", "free", "threads"),
    [
        (2, 2, 2.0, 2),
        (2, 2, 1.4, 2),  # a load between two numbers changes nothing
        (1, 2, 1.4, 1),
        (2, 2, 1.1, 1),
        (1, 2, 1.8, 2),
        (2, 2, -0.5, 1),
        (8, 8, 16.0, 8),
        (8, 8, 5.2, 5),
        (5, 8, 16.0, 8),
        (4, 1, 4.0, 1),
    ],
)
def test_threads_follow_what_others_leave(now: int, best: int, free: float, threads: int) -> None:
    assert adapted(now, best, free) == threads


@pytest.mark.parametrize(
    ("settings", "threads"),
    [(EngineSettings(), [4, 1, 1, 3, 3, 3, 4]), (EngineSettings(threads=2), [2, 2, 2, 2, 2, 2, 2])],
)
def test_threads_give_way_at_once_and_come_back_slowly(settings: EngineSettings, threads: list[int]) -> None:
    machine = Machine(settings)
    machine.get("a")
    seen = [machine.made[0].threads]
    for machine.others in (3.0, 2.9, 0.0, 0.0, 0.0, 0.0):
        machine.maintain("a")
        seen.append(machine.made[0].threads)
    assert seen == threads


def test_others_work_is_a_number_of_cores() -> None:
    assert next(others_work()) == 0.0  # nothing to compare with yet
    assert all(0 <= work <= 1024 for _, work in zip(range(3), others_work(), strict=False))


def stored() -> Calibration | None:
    return read_calibrations(state_dir() / "calibration.json", machine.machine()).models.get("sum of a")


def test_a_model_is_calibrated_when_nobody_types_any_more() -> None:
    machine = Machine()
    machine.get("a")
    for busy, after, idle in ("a", 9.0, False), ("a", 0.0, False), ("", 1.0, True):
        machine.maintain(busy, after=after, idle=idle)
        assert machine.pool.calibration("a") is None
    machine.maintain(after=9, idle=True)
    found = machine.pool.calibration("a")
    assert found
    assert found == stored()
    assert machine.made[0].threads == found.threads
    assert not machine.made[0].used()


def test_a_calibration_outlives_the_engine(home: Path) -> None:
    write_calibrations(state_dir() / "calibration.json", Calibrations(machine.machine(), {"sum of a": KNOWN}))
    new = Machine()
    new.get("a")
    new.maintain(after=9, idle=True)
    assert new.pool.calibration("a") == KNOWN
    assert new.made[0].threads == 3
    assert not new.made[0].evaluated


@pytest.mark.parametrize(
    "why", ["others compute", "others begin to compute", "interrupted", "no sequence is free", "it fails"]
)
def test_no_calibration_is_better_than_a_wrong_one(why: str) -> None:
    machine = Machine()
    machine.get("a")
    model = machine.made[0]
    machine.others = 3.0 if why == "others compute" else 0.0
    model.interrupt(why == "interrupted")

    def disturbed(tokens: list[int]) -> int:
        machine.others = 3.0
        return 0

    if why == "others begin to compute":
        model.says = disturbed
    model.broken = why == "it fails"
    if why == "no sequence is free":
        for sequence in range(3):
            model.fill(sequence, [1])
    machine.maintain(after=9, idle=True)
    assert machine.pool.calibration("a") is None
    assert model.threads == (1 if "compute" in why else 4)


TOKENS = [n % 100 for n in range(300)]


def kept(machine: Machine, *, length: int = 300, adapter: str = "") -> Machine:
    """A pool with a model "a" whose sequence 1 begins with TOKENS and was asked to be kept."""
    machine.pool.get("a", adapter)
    machine.made[0].fill(1, [*TOKENS, 7, 7, 7])
    machine.pool.keep("a", 1, length, adapter)
    return machine


def restores(new: Machine, *, adapter: str = "", tokens: list[int] = TOKENS) -> bool:
    new.pool.get("a", adapter)
    return new.pool.restore("a", 2, tokens, adapter) and new.made[0].tokens[2] == tokens


def test_a_prefix_outlives_the_engine() -> None:
    machine = kept(Machine())
    machine.maintain("a")
    assert not restores(Machine())
    machine.maintain(after=9, idle=True)
    assert machine.made[0].tokens == [[], [*TOKENS, 7, 7, 7], []]
    assert restores(Machine())
    assert not restores(Machine(), adapter="tone")
    assert not restores(Machine(), tokens=TOKENS[:-1])


def test_what_is_done_in_a_quiet_moment_is_marked() -> None:
    machine, marked = kept(Machine()), list[str]()
    for _ in range(3):  # a snapshot, a calibration, nothing
        machine.now += 9
        machine.pool.maintain(IDLE, idle=True, mark=marked.append)
    assert marked == ["a", "a"]


def truncate(machine: Machine) -> None:
    machine.made[0].truncate(1, 299)


def use_adapter(machine: Machine) -> None:
    machine.pool.get("a", "tone")


def drop(machine: Machine) -> None:
    machine.maintain(after=601)
    machine.get("a")


@pytest.mark.parametrize("meanwhile", [truncate, use_adapter, drop])
def test_what_a_sequence_does_not_hold_any_more_is_not_saved(meanwhile: Callable[[Machine], None]) -> None:
    machine = kept(Machine())
    meanwhile(machine)
    machine.maintain(after=9, idle=True)
    assert not restores(Machine())


def test_a_short_prefix_is_not_worth_a_file() -> None:
    machine = kept(Machine(), length=255)
    machine.maintain(after=9, idle=True)
    assert not (state_dir() / "snapshots").exists()


def test_the_shortest_sequence_gives_way_to_a_snapshot() -> None:
    machine = kept(Machine())
    machine.made[0].fill(0, [1, 2])
    machine.made[0].fill(2, [1])
    machine.maintain(after=9, idle=True)
    assert machine.made[0].tokens == [[1, 2], [*TOKENS, 7, 7, 7], []]
    assert restores(Machine())


def test_close_closes_every_model() -> None:
    machine = Machine()
    machine.get("a", "b", "unlisted")
    machine.pool.close()
    assert [model.closed for model in machine.made] == [True] * 3
    assert machine.names == ""


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    with caplog.at_level(logging.WARNING):
        yield lambda: caplog.text


@pytest.mark.parametrize(
    ("text", "settings", "warning"),
    [
        (None, EngineSettings(), ""),
        ("[prose]\n", EngineSettings(), ""),
        ("[engine]\nthreads = 2\nunload_minutes = 1\n", EngineSettings(threads=2, unload_minutes=1), ""),
        ("[engine]\nthreads = -1\nmemory_mb = 900\n", EngineSettings(memory_mb=900), "engine.threads: Expected"),
        ("[engine]\nlog_text = 'yes'\n", EngineSettings(), "engine.log_text: Expected `bool`"),
        ("[engine]\nunload_minute = 0\n", EngineSettings(), "no such setting; there is unload_minutes"),
        ("engine = 1\n", EngineSettings(), "expected a table, found 1"),
        ("[engine\n", EngineSettings(), "runs with its defaults"),
        ("\x80", EngineSettings(), "runs with its defaults"),
    ],
)
def test_settings(tmp_path: Path, text: str | None, settings: EngineSettings, warning: str) -> None:
    warnings: list[str] = []
    file = tmp_path / "config.toml"
    if text is not None:
        file.write_text(text, "latin-1")
    assert read_engine_settings(warnings.append, file) == settings
    assert warning in "".join(warnings)
    assert bool(warning) == bool(warnings)
