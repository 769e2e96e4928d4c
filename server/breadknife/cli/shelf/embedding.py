"""The model that makes the shelf's vectors, asked through the engine."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest, Lane
from breadknife.engine.remote.runtime import split_model
from breadknife.host.host import Host
from breadknife.plugins.shelf.index.vectors import identity_of
from breadknife.project.secrets.contents import masked
from breadknife.steps.values import Vector

ROLE = "embedding"


class EngineEmbedder:
    """Implements `breadknife.plugins.shelf.index.filling.Embedder`. Keys and passwords in texts are masked, as in every
    prompt."""

    def __init__(self, host: Host, lane: Lane = Lane.BACKGROUND) -> None:
        """Raises UnknownModel where no model has the role."""
        self._host = host
        self._lane = lane
        self.model = host.model_name(ROLE)
        self.bytes_sent = 0
        """Bytes of text that have left this machine, because the user's settings name an engine elsewhere."""

    @property
    def identity(self) -> str:
        """Names the model and its content: vectors of different identities can't be compared. Raises EngineError."""
        return identity_of(self.model, self._host.model_digest(self.model))

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> tuple[Vector, ...]:
        """Return a vector for each text, in their order. Raises ModelError, EngineError and Cancelled."""
        masked_texts = tuple(map(masked, texts))
        other_runtime = split_model(self.model)  # the name of another program's model is `RUNTIME:MODEL`
        runtime = self._host.settings.engines.get(other_runtime[0]) if other_runtime else None
        if runtime is not None and not runtime.local:
            self.bytes_sent += sum(len(text.encode("utf-8", "replace")) for text in masked_texts)
        return self._host.engine.embed(EmbedRequest(self.model, masked_texts, self._lane), cancel).vectors
