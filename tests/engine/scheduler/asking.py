"""Jobs for a scheduler with a made-up model."""

from __future__ import annotations

import queue
from collections.abc import Callable

from breadknife.engine.api import Chunk, Embeddings, GenerateRequest, Lane, Part, Scores
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.errors import BreadknifeError
from engine.fake_model import FakeModel, FakeModels


class Asker:
    """Collects what comes back for a job."""

    def __init__(
        self,
        text: str,
        lane: Lane = Lane.TYPING,
        max_tokens: int = 100,
        model: str = "fake",
        place: str = "",
        owner: object = None,
        keep: bool = False,
    ) -> None:
        request = GenerateRequest(model, (Part(text, keep=keep),), max_tokens, lane=lane, place=place)
        self.replies: queue.Queue[Chunk | Scores | Embeddings | BreadknifeError] = queue.Queue()
        self.job = Job(request, self.replies.put, owner)

    def next(self) -> Chunk:
        reply = self.replies.get(timeout=5)
        if isinstance(reply, BreadknifeError):
            raise reply
        assert isinstance(reply, Chunk)
        return reply

    def all(self) -> str:
        said = ""
        while True:
            chunk = self.next()
            said += chunk.text
            if chunk.finish:
                assert self.replies.empty()
                return said


Start = Callable[[FakeModels | FakeModel], Scheduler]
