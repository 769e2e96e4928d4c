"""`breadknife shelf ask`: what the shelf says on a question, word for word."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import print_json, say, tell
from breadknife.cli.shelf.embedding import EngineEmbedder
from breadknife.engine.api import Lane
from breadknife.errors import EngineError, ModelError, ShelfError
from breadknife.host.host import Host
from breadknife.plugins.shelf.index.shelves import OpenShelves
from breadknife.plugins.shelf.values import Candidate, Chunk
from breadknife.steps.values import Vector

_QUOTES = 3


def run(question: str, *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Raises ShelfError where there is no shelf."""
    host, shelves = make_host(engine_script), OpenShelves()
    try:
        host.settings = settings_for(host, offline, Path.cwd())
        status = shelves.status
        if not status.folders:
            raise ShelfError("no folder is on the shelf; `breadknife shelf add FOLDER` adds one")
        started = time.monotonic()
        vector, model, sent = _vector(host, shelves, question)
        found = shelves.search(question, vector, _QUOTES)
        milliseconds = round((time.monotonic() - started) * 1000)
    finally:
        shelves.close()
        host.close()
    receipt = {"model": model, "milliseconds": milliseconds, "bytes_sent": sent}
    if as_json:
        print_json({"quotes": [_json(each) for each in found], **receipt})
        return 0 if found else 1
    for candidate in found:
        _say(candidate.chunk)
    if not found:
        tell(f"the shelf says nothing about it ({status.pages:,} pages, {status.pages_waiting:,} not read yet)")
    say(f"{model or 'no model'}, {milliseconds:,} ms, {sent:,} bytes off this machine")
    return 0 if found else 1


def _vector(host: Host, shelves: OpenShelves, question: str) -> tuple[Vector, str, int]:
    """The question's vector, the model that made it, and the bytes that left the machine for it; none of it where
    only words can be searched."""
    if not shelves.models:
        return (), "", 0
    try:
        embedder = EngineEmbedder(host, Lane.ACTION)
        if shelves.models - {embedder.identity}:
            tell("the vectors are another model's, so only words are searched; `breadknife shelf add` makes new ones")
            return (), "", 0
        [vector] = embedder.embed([question], CancelToken())
    except (ModelError, EngineError) as error:
        tell(f"only words are searched, not meanings: {error}")
        return (), "", 0
    return vector, embedder.model, embedder.bytes_sent


def _json(candidate: Candidate) -> dict[str, Any]:
    chunk = candidate.chunk
    return {
        "text": chunk.text,
        "title": chunk.title,
        "page": chunk.page,
        "file": str(chunk.file),
        "link": link_to(chunk),
        "score": candidate.score,
    }


def _say(chunk: Chunk) -> None:
    say(f"> {chunk.text}")
    say(f"  {chunk.title}{f', p. {chunk.page}' if chunk.page else ''}")
    say(f"  {link_to(chunk)}")
    say()


def link_to(chunk: Chunk) -> str:
    """To the file, at the page if it has pages."""
    return chunk.file.as_uri() + (f"#page={chunk.page}" if chunk.page else "")
