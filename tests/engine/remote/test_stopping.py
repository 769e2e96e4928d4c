"""Who stops a request closes its connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import (
    Cancelled,
    Superseded,
)
from engine.fake_http import Fake, Say
from engine.remote.asking import COMPLETIONS, TEXT, once_asked, remote, said, written

STOPPED: dict[str, Mapping[str, Sequence[Say]]] = {
    "while asking for the models": {"/v1/models": [Say(delay=60)]},
    "before the first byte": {COMPLETIONS: [Say(delay=60)]},
    "in the middle": {COMPLETIONS: [Say('data: {"choices": [{"text": "a"}]}\n', hold=True)]},
    "between two attempts": {COMPLETIONS: [Say("", 429, headers={"Retry-After": "1.9"})]},
}


class EndsOnceAsked(CancelToken):
    """Its time is up as soon as a request for the path has arrived, however long that takes."""

    def __init__(self, fake: Fake, path: str) -> None:
        super().__init__()
        self._fake, self._path = fake, path

    def remaining(self) -> float:
        while not self._fake.bodies(self._path):
            time.sleep(0.01)
        return 0.0


@pytest.mark.parametrize("answers", STOPPED.values(), ids=STOPPED)
@pytest.mark.parametrize("how", ["cancel", "deadline"])
def test_stopping_closes_the_connection(answers: Mapping[str, Sequence[Say]], how: str) -> None:
    [(path, [say])] = answers.items()
    with remote(answers) as (engine, fake):
        cancel = EndsOnceAsked(fake, path) if how == "deadline" else CancelToken()
        if how == "cancel":
            once_asked(fake, path, act=cancel.cancel)
        with pytest.raises(Cancelled):
            list(engine.generate(TEXT, cancel))
        assert say.status == 429 or fake.left.wait(5)


def test_an_abandoned_stream_closes_the_connection() -> None:
    with remote({COMPLETIONS: [Say('data: {"choices": [{"text": "a"}]}\n', hold=True)]}) as (engine, fake):
        chunks = engine.generate(TEXT, CancelToken())
        assert next(chunks).text == "a"
        chunks.close()  # type: ignore[attr-defined]
        assert fake.left.wait(5)


def test_a_newer_request_for_the_same_place_supersedes_the_older() -> None:
    here = replace(TEXT, place="file:///a 3")
    with remote({COMPLETIONS: [Say('data: {"choices": [{"text": "a"}]}\n', hold=True), said(" 3")]}) as (engine, fake):
        older = engine.generate(here, CancelToken())
        assert next(older).text == "a"
        assert written(engine, here) == " 3"
        with pytest.raises(Superseded):
            next(older)
        assert fake.left.wait(5)


def test_closing_the_engine_ends_its_requests() -> None:
    with remote({COMPLETIONS: [Say(delay=60)]}) as (engine, fake):
        once_asked(fake, COMPLETIONS, act=engine.close)
        with pytest.raises(Cancelled, match="closed"):
            written(engine)
        assert fake.left.wait(5)


def test_many_at_once_each_get_their_own() -> None:
    with remote({COMPLETIONS: [replace(said(" 3"), delay=0.2)]}) as (engine, _):
        results: list[str] = []
        threads = [threading.Thread(target=lambda: results.append(written(engine))) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [" 3"] * 40
