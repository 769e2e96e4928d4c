"""Where `break` and `continue` lead to."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.braces.facts import Env


@dataclass
class Target:
    """What a `break` or `continue` may leave for."""

    label: str
    is_loop: bool
    breaks: list[Env] = field(default_factory=list[Env])
    continues: list[Env] = field(default_factory=list[Env])


class Targets:
    """Those around a statement, outermost first."""

    def __init__(self) -> None:
        self._around: list[Target] = []
        self.label = ""
        """Of the statement that comes next."""

    def __len__(self) -> int:
        return len(self._around)

    def label_taken(self) -> str:
        """The label, which belongs to this statement alone."""
        label, self.label = self.label, ""
        return label

    @contextmanager
    def within(self, label: str, *, is_loop: bool) -> Generator[Target]:
        """While what is followed is inside of a statement that may be left."""
        target = Target(label, is_loop)
        self._around.append(target)
        yield target
        self._around.pop()

    @contextmanager
    def unwinding(self, leave: Callable[[Env], Env | None]) -> Generator[None]:
        """What goes out of here by a `break` or `continue` leaves the scope that is followed, too."""
        before = [(len(target.breaks), len(target.continues)) for target in self._around]
        yield
        for target, (breaks, continues) in zip(self._around, before, strict=True):
            for env in (*target.breaks[breaks:], *target.continues[continues:]):
                leave(env)

    def broken(self, env: Env, label: str = "") -> None:
        """A `break` with that label, if it has one."""
        for target in reversed(self._around):
            if not label or target.label == label:
                target.breaks.append(env)
                return

    def continued(self, env: Env, label: str = "") -> None:
        for target in reversed(self._around):
            if target.is_loop and (not label or target.label == label):
                target.continues.append(env)
                return
