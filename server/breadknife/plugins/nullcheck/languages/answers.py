"""What was found in files, on disk, with all that was asked of the project for it.

An answer serves whoever opens the file again, in any process, as long as each question has the same reply.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from breadknife.kept import Kept
from breadknife.plugins.nullcheck.core.findings import NullFinding
from breadknife.plugins.nullcheck.languages.asking import Question, Reply, digest_of


@dataclass(frozen=True)
class Answer:
    found: tuple[NullFinding, ...]
    asked: bytes
    """The questions, packed: a file has some 250 of them."""
    replies: str
    """A digest of what was said, in their order."""

    @classmethod
    def of(cls, found: Sequence[NullFinding], said: Mapping[Question, Reply]) -> Answer:
        return cls(tuple(found), zlib.compress(msgspec.msgpack.encode(tuple(said)), 1), _digest(said))

    @property
    def questions(self) -> tuple[Question, ...]:
        """None of them where the disk has lost a part."""
        with contextlib.suppress(zlib.error, msgspec.DecodeError):
            return msgspec.msgpack.decode(zlib.decompress(self.asked), type=tuple[Question, ...])
        return ()

    def holds(self, said: Mapping[Question, Reply]) -> bool:
        return self.replies == _digest(said)


def _digest(said: Mapping[Question, Reply]) -> str:
    return digest_of("\n".join(each if isinstance(each, str) else "|".join(map(str, each)) for each in said.values()))


Answers: TypeAlias = Kept[tuple[str, str], Answer]
"""(URI, text) -> what was found in it last."""
