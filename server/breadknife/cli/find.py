"""`breadknife find`: where in a folder is what a question is about."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import print_json, say, tell, tell_progress
from breadknife.cli.recipes.asking import sentence_of
from breadknife.errors import DocumentError
from breadknife.host.host import Host
from breadknife.host.kinds import OWN_SECONDS
from breadknife.task.find import FindRequest, FoundPlaces
from breadknife.task.values import Silence
from breadknife.text.printable import shortened

_LONGEST = 100
"""Characters of an excerpt on the terminal."""
SECONDS = 10.0
"""How long files are read that were never read before, unless all are asked for: some 3,000 files, once. Whoever asks
on a terminal or is an agent would rather wait for the right place than have a wrong one at once."""
_ALL_SECONDS = 3600.0
"""The same if all files are asked for."""


def run(
    question: str,
    folder: Path,
    *,
    keep: int,
    by_meaning: bool,
    reads_all: bool,
    as_json: bool,
    offline: bool,
    engine_script: Path | None,
) -> int:
    """Print the places. Return the exit code: 0 if there is one, else 1. Raises DocumentError if there is no such
    folder."""
    if not folder.is_dir():
        raise DocumentError(f"{folder} is no folder; name one")
    root = Path(os.path.realpath(folder))
    host = make_host(engine_script, only=("find",))
    try:
        host.settings = settings_for(host, offline, root)
        host.projects.folders = (root,)
        host.on_progress = tell_progress
        found = ask(host, FindRequest(question, keep, by_meaning, _ALL_SECONDS if reads_all else SECONDS), root)
    finally:
        tell("", fleeting=True)
        host.close()
    if as_json:
        print_json(asdict(found) if isinstance(found, Silence) else as_values(found, root))
    elif isinstance(found, Silence):
        tell(sentence_of(found))
    else:
        for place in found.places:
            name = f" {place.qualified_name}" if place.name else ""
            say(f"{place.path.relative_to(root)}:{place.line}: {place.kind}{name} ({place.reason})")
            if place.excerpt and place.excerpt != place.name:
                say(f"    {shortened(place.excerpt, _LONGEST)}")
        say(f"searched: {found.searched}")
        if found.unread:
            tell("not all files are read; ask again to read on, or give --all")
    return 1 if isinstance(found, Silence) else 0


def ask(host: Host, request: FindRequest, root: Path) -> FoundPlaces | Silence:
    """Return what the find plugin answers. Raises no error."""
    reply = host.ask(request, root=root, plugin="find", seconds=request.seconds + OWN_SECONDS)
    for _, answer in reply.answers:
        if isinstance(answer, FoundPlaces):
            return answer
    [receipt] = reply.receipts
    return Silence(receipt.reason, receipt.sentence, receipt.remedy)


def as_values(found: FoundPlaces, root: Path) -> dict[str, object]:
    """Return the places as JSON has them, with paths relative to the folder."""
    places = [{**asdict(place), "path": place.path.relative_to(root).as_posix()} for place in found.places]
    return {"places": places, "searched": found.searched, "unread": found.unread, "model": found.origin.model}
