"""What the plugin learns from use, and what it does with that: `⟦|⟧` is the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.engine.scripted import Line
from breadknife.plugins.completion.learning import Learning, read_learned
from breadknife.plugins.completion.plugin import ACCEPTED, CompletionSettings
from breadknife.task.values import (
    Command,
    CommandRequest,
    Completions,
    Done,
    Trigger,
)
from completion.typist import Doubtful, typist


@pytest.mark.parametrize(
    ("then", "learned"),
    [
        ("x = 1⟦|⟧\n", (0, 0)),  # typed through
        ("x =⟦|⟧\n", (0, 0)),
        ("x⟦|⟧\n", (0, 0)),  # deleted
        ("x = 2⟦|⟧\n", (0, 1)),
        (ACCEPTED, (1, 0)),
    ],
)
@pytest.mark.parametrize("learn", [True, False])
def test_what_is_learned(
    then: str, learned: tuple[int, int], learn: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breadknife.plugins.completion.session.SEEN_SECONDS", 0.0)
    file = tmp_path / "learned.json"
    with typist(Line("", " 1\n"), learning=file) as user:
        user.context.values = CompletionSettings(learn=learn)
        answer = user.answer("x =⟦|⟧\n")
        assert isinstance(answer, Completions)
        command = answer.items[0].command
        assert (command is not None) is learn
        if then != ACCEPTED:
            user.answer(then)
        elif command:
            assert user.plugin.answer(CommandRequest(command, None), user.context) == Done()
    counts = [outcomes for buckets in read_learned(file).languages.values() for outcomes in buckets.values()]
    assert (sum(c.accepted for c in counts), sum(c.rejected for c in counts)) == (learned if learn else (0, 0))


@pytest.mark.parametrize(
    ("then", "listed", "rejects"),
    [
        ("x = alpha.bez⟦|⟧\n", False, 0),  # most of it was taken, word by word
        ("x = alpha.q⟦|⟧\n", False, 0),
        ("x = alq⟦|⟧\n", False, 1),
        ("x = q⟦|⟧\n", False, 1),
        ("x = q⟦|⟧\n", True, 0),  # perhaps the server's own entry was chosen
    ],
)
def test_what_is_half_taken_or_stood_in_a_menu_is_no_reject(
    then: str, listed: bool, rejects: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breadknife.plugins.completion.session.SEEN_SECONDS", 0.0)
    file = tmp_path / "learned.json"
    with typist(Line("", " alpha.beta\n"), learning=file) as user:
        assert user.sees("x =⟦|⟧\n", listed=listed) == [" alpha.beta"]
        user.answer(then, listed=listed)
    counts = [outcomes for buckets in read_learned(file).languages.values() for outcomes in buckets.values()]
    assert sum(each.rejected for each in counts) == rejects


def seeded(file: Path, rejects: int) -> None:
    """Somebody has turned down so many suggestions of which the model was hardly sure."""
    learning = Learning(file)
    for number in range(rejects):
        learning.offered(str(number), "python", 0.04)
        learning.rejected(str(number))
    learning.close()


@pytest.mark.parametrize(
    ("rejects", "learn", "shown"),
    [(0, True, [" alpha"]), (29, True, [" alpha"]), (30, True, "low-confidence"), (30, False, [" alpha"])],
)
def test_who_turns_down_what_is_doubtful_is_shown_it_no_more(
    rejects: int, learn: bool, shown: object, tmp_path: Path
) -> None:
    seeded(tmp_path / "learned.json", rejects)
    with typist(engine=Doubtful([(" alpha", -1.9)]), learning=tmp_path / "learned.json") as user:  # pyright: ignore[reportArgumentType]
        user.context.values = CompletionSettings(learn=learn)
        assert user.sees("x =⟦|⟧\n") == shown
        assert user.sees("y =⟦|⟧\n", Trigger.INVOKED) == [" alpha"], "who asks is shown it"


def test_a_command_of_nobody_counts_nothing() -> None:
    with typist() as user:
        for command in (Command(ACCEPTED, "", ("17", "5")), Command(ACCEPTED, "", ("17", "many"))):
            assert user.plugin.answer(CommandRequest(command, None), user.context) == Done()
        assert user.plugin.answer(CommandRequest(Command("other", ""), None), user.context) is None
